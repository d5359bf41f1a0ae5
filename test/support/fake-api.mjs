#!/usr/bin/env node
import { randomBytes } from 'node:crypto'
import { appendFileSync, readFileSync } from 'node:fs'
/**
 * A scriptable stand-in for the Anthropic Messages API. The real `claude` program talks to it through
 * ANTHROPIC_BASE_URL=http://127.0.0.1:PORT, so that tests need neither internet nor an account and can bring about every
 * failure such a client may meet. No dependencies, loopback only.
 *
 *   import { startFakeApi } from './fake-api.mjs'
 *   const api = await startFakeApi({ scenario })
 *   api.url; api.requests; api.load(scenario); api.reset(); await api.close()
 *
 * It also runs by itself; its first line on stdout is JSON, {"port":N,"url":"http://127.0.0.1:N","pid":N}:
 *
 *   node fake-api.mjs --scenario scenario.json [--port 0] [--log requests.jsonl] [--bodies] [--quiet]
 *
 * SCENARIO (JSON object)
 * ----------------------
 * {
 *   "headers":  { ... }            // put on every /v1/messages answer
 *   "usage":    { ... }            // merged over the default usage block
 *   "steps":    [ Reply, ... ],    // the agent loop: one Reply per request, in order, PER SESSION
 *   "afterLast": "repeat"|"end",   // steps used up: repeat the last one (default), or a plain "done" text
 *   "rules":    [ { "when": When, "times": 2, "reply": Reply }, ... ],   // looked at before steps
 *   "aux":      Reply,             // side requests, those without tools (titles, summaries, probes)
 *   "lanes":    { "NAME": { ...another scenario... } }
 * }
 * Lanes: ANTHROPIC_BASE_URL=http://127.0.0.1:PORT/lane/NAME uses lanes.NAME (or, where there is no
 * such lane, the top-level scenario with counters of its own), so that N clients can run N scripts.
 * Sessions: the client's session id is read from the x-claude-code-session-id header, else from
 * metadata.user_id; every (lane, session) has its own step counter. Rule counters are per lane.
 *
 * When (all given parts must hold)
 *   { "path": "regex on the path", "method": "POST", "model": "regex", "tools": true|false,
 *     "stream": true|false, "body": "regex on the JSON body", "lastUser": "regex on the last user
 *     message", "system": "regex on the system text", "from": 0, "to": 3 }  // from/to: n-th match, 0-based
 *
 * Reply
 *   "text"                                    // a string: that text, end_turn
 *   { "content": [ Block, ... ] }             // Block: "text" | {text} | {thinking} | {tool, input, id?} | a raw block
 *   { "tool": "Bash", "input": {...}, "text"?: "said before the call" }      // short for one tool_use
 *   { "error": 429, "type"?: "rate_limit_error", "message"?: "..." }         // an API error envelope
 *   { "raw": { "status": 502, "body": "<html>..", "headers": {...} } }       // anything else
 *   { "fault": "reset" }                      // close the socket before any byte of the answer
 *   { "fault": "hang" }                       // accept, never answer
 *   { "fault": "cut",   "after": 4, ...content }   // stream, then destroy the socket after N events
 *   { "fault": "stall", "after": 4, ...content }   // stream, then send nothing more (socket stays open)
 *   { "fault": "sse-error", "after": 4, "type": "overloaded_error", "message": "..", ...content }
 *   { "fault": "end",   "after": 4, ...content }   // stream, then end the body cleanly, no message_stop
 *   { "fault": "garbage" }                    // 200 text/event-stream with a line that is not JSON
 * and on each: "headers": {...}, "usage": {...}, "stop_reason": "...", "model": "...",
 *   "delayMs": wait before the first byte, "eventDelayMs": wait between events,
 *   "ping": ms (with stall: a ping event that often, so bytes flow while nothing progresses).
 *
 * Templates, in any string of a Reply or of "headers":
 *   {{now+3600}} / {{now-5}}   epoch seconds      {{iso+3600}}  RFC 3339 time
 *   {{cwd}}      the working directory which the client put into its prompt
 *   {{session}}  {{lane}}  {{n}} (0-based step number)  {{model}}
 *
 * CONTROL   GET /__fake/state (counters) . GET /__fake/requests (the log) . POST /__fake/reset
 *           POST /__fake/scenario (JSON body: the new scenario; resets the counters)
 */
import http from 'node:http'
import { fileURLToPath } from 'node:url'

const DEFAULT_USAGE = { input_tokens: 1200, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 80 }
const ERROR_TYPES = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  503: 'api_error',
  504: 'timeout_error',
  529: 'overloaded_error',
}
const id = (prefix) => prefix + randomBytes(12).toString('hex')
const sleep = (ms) => new Promise((r) => setTimeout(r, ms))

/** The plain text of a message's or a system prompt's content. */
function textOf(content) {
  if (content == null) return ''
  if (typeof content === 'string') return content
  if (Array.isArray(content)) return content.map(textOf).join('\n')
  if (content.type === 'tool_result') return textOf(content.content)
  return content.text ?? content.thinking ?? ''
}

/** Facts of one request which rules and templates look at. */
function describe(req, url, raw) {
  let body = null
  try {
    body = raw ? JSON.parse(raw) : null
  } catch {
    /* kept as null; the log has the length */
  }
  const lane = /^\/lane\/([^/]+)/.exec(url.pathname)?.[1] ?? ''
  const path = url.pathname.replace(/^\/lane\/[^/]+/, '') || '/'
  const system = textOf(body?.system)
  const users = (body?.messages ?? []).filter((m) => m.role === 'user')
  const lastUser = textOf(users.at(-1)?.content)
  let session = req.headers['x-claude-code-session-id']
  if (!session && body?.metadata?.user_id) {
    // Seen in two shapes: a JSON object with session_id, or user_<hash>_account_<id>_session_<uuid>
    const u = String(body.metadata.user_id)
    try {
      session = JSON.parse(u).session_id
    } catch {
      session = /session_([0-9a-f-]{36})/.exec(u)?.[1]
    }
  }
  const all = `${system}\n${(body?.messages ?? []).map((m) => textOf(m.content)).join('\n')}`
  const cwd = /(?:Primary working directory|Working directory|working directory)[^:\n]*:\s*(\/[^\s\n<]*)/.exec(all)?.[1] ?? '/'
  return {
    method: req.method,
    path,
    lane,
    body,
    raw,
    system,
    lastUser,
    cwd,
    session: session ?? 'none',
    tools: (body?.tools ?? []).length > 0,
    stream: body?.stream === true,
    model: body?.model ?? '',
  }
}

function matches(when = {}, r) {
  const re = (pattern, s) => pattern === undefined || new RegExp(pattern, 's').test(s)
  return (
    re(when.path, r.path) &&
    (when.method === undefined || when.method === r.method) &&
    re(when.model, r.model) &&
    re(when.body, r.raw) &&
    re(when.lastUser, r.lastUser) &&
    re(when.system, r.system) &&
    (when.tools === undefined || when.tools === r.tools) &&
    (when.stream === undefined || when.stream === r.stream)
  )
}

function fillTemplates(value, vars) {
  if (typeof value === 'string') {
    return value
      .replace(/\{\{(now|iso)([+-]\d+)?\}\}/g, (_, kind, d) => {
        const t = Math.floor(Date.now() / 1000) + Number(d ?? 0)
        return kind === 'now' ? String(t) : new Date(t * 1000).toISOString().replace(/\.\d+Z/, 'Z')
      })
      .replace(/\{\{(cwd|session|lane|n|model)\}\}/g, (_, k) => String(vars[k]))
  }
  if (Array.isArray(value)) return value.map((v) => fillTemplates(v, vars))
  if (value && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fillTemplates(v, vars)]))
  }
  return value
}

/** Reply -> Messages API content blocks. */
function blocksOf(reply) {
  const one = (b) => {
    if (typeof b === 'string') return { type: 'text', text: b }
    if (b.tool) return { type: 'tool_use', id: b.id ?? id('toolu_01'), name: b.tool, input: b.input ?? {} }
    if (b.thinking !== undefined && !b.type) return { type: 'thinking', thinking: b.thinking, signature: b.signature ?? 'ZmFrZQ==' }
    if (b.text !== undefined && !b.type) return { type: 'text', text: b.text }
    return b
  }
  if (reply.content) return reply.content.map(one)
  const out = []
  if (reply.text !== undefined) out.push(one({ text: reply.text }))
  if (reply.tool) out.push(one({ tool: reply.tool, input: reply.input, id: reply.toolId }))
  return out.length ? out : [one('ok')]
}

function messageOf(reply, r, usage) {
  const content = blocksOf(reply)
  const stop = reply.stop_reason ?? (content.some((b) => b.type === 'tool_use') ? 'tool_use' : 'end_turn')
  return {
    id: id('msg_01'),
    type: 'message',
    role: 'assistant',
    model: reply.model ?? (r.model || 'claude-fake'),
    content,
    stop_reason: stop,
    stop_sequence: null,
    usage,
  }
}

/** The SSE events of a message, in the order in which the real API sends them. */
function eventsOf(message) {
  const start = { ...message, content: [], stop_reason: null, usage: { ...message.usage, output_tokens: 1 } }
  const events = [
    ['message_start', { type: 'message_start', message: start }],
    ['ping', { type: 'ping' }],
  ]
  message.content.forEach((block, index) => {
    const push = (type, rest) => events.push([type, { type, index, ...rest }])
    if (block.type === 'text') {
      push('content_block_start', { content_block: { type: 'text', text: '' } })
      for (const piece of block.text.match(/.{1,40}/gs) ?? []) push('content_block_delta', { delta: { type: 'text_delta', text: piece } })
    } else if (block.type === 'thinking') {
      push('content_block_start', { content_block: { type: 'thinking', thinking: '', signature: '' } })
      push('content_block_delta', { delta: { type: 'thinking_delta', thinking: block.thinking } })
      push('content_block_delta', { delta: { type: 'signature_delta', signature: block.signature } })
    } else if (block.type === 'tool_use') {
      push('content_block_start', { content_block: { type: 'tool_use', id: block.id, name: block.name, input: {} } })
      for (const piece of JSON.stringify(block.input).match(/.{1,60}/gs) ?? [])
        push('content_block_delta', { delta: { type: 'input_json_delta', partial_json: piece } })
    } else {
      push('content_block_start', { content_block: block })
    }
    push('content_block_stop', {})
  })
  events.push([
    'message_delta',
    { type: 'message_delta', delta: { stop_reason: message.stop_reason, stop_sequence: null }, usage: message.usage },
  ])
  events.push(['message_stop', { type: 'message_stop' }])
  return events
}

const sse = ([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`

export async function startFakeApi({ scenario = {}, port = 0, log = null, bodies = false, onRequest = () => {} } = {}) {
  let current = scenario
  let counters = {} // "lane/session" -> step number; "lane#i" -> how often rule i matched
  let requests = []
  let seq = 0
  const bump = (key) => {
    const before = counters[key] ?? 0
    counters[key] = before + 1
    return before
  }

  /** Picks the reply for a /v1/messages request and counts it. */
  function choose(r) {
    const s = current.lanes?.[r.lane] ?? current
    for (const [i, rule] of (s.rules ?? []).entries()) {
      if (!matches(rule.when, r)) continue
      const nth = bump(`${r.lane}#${i}`)
      if (nth < (rule.when?.from ?? 0) || nth > (rule.when?.to ?? Infinity) || nth >= (rule.times ?? Infinity)) continue
      return { s, reply: rule.reply, n: nth, by: `rule ${i}` }
    }
    if (!r.tools && s.aux !== null) return { s, reply: s.aux ?? 'ok', n: 0, by: 'aux' }
    const steps = s.steps ?? []
    const n = bump(`${r.lane}/${r.session}`)
    if (n < steps.length) return { s, reply: steps[n], n, by: `step ${n}` }
    if ((s.afterLast ?? 'repeat') === 'repeat' && steps.length) return { s, reply: steps.at(-1), n, by: 'last step again' }
    return { s, reply: 'done', n, by: 'after last' }
  }

  async function answer(reply, s, r, res) {
    const requestId = id('req_01')
    const headers = {
      'request-id': requestId,
      'anthropic-organization-id': '00000000-0000-4000-8000-000000000000',
      ...s.headers,
      ...reply.headers,
    }
    const json = (status, obj, extra = {}) => {
      res.writeHead(status, { 'content-type': 'application/json', ...headers, ...extra })
      res.end(JSON.stringify(obj))
      return status
    }
    if (reply.delayMs) await sleep(reply.delayMs)
    if (reply.error) {
      const type = reply.type ?? ERROR_TYPES[reply.error] ?? 'api_error'
      return json(reply.error, { type: 'error', error: { type, message: reply.message ?? type }, request_id: requestId })
    }
    if (reply.raw) {
      res.writeHead(reply.raw.status ?? 200, { ...headers, ...reply.raw.headers })
      res.end(typeof reply.raw.body === 'object' ? JSON.stringify(reply.raw.body) : (reply.raw.body ?? ''))
      return reply.raw.status ?? 200
    }
    if (reply.fault === 'reset') {
      res.socket.destroy()
      return 'reset'
    }
    if (reply.fault === 'hang') return 'hang' // the socket stays open until the client leaves
    const message = messageOf(reply, r, { ...DEFAULT_USAGE, ...s.usage, ...reply.usage })
    if (!r.stream) return json(200, message)

    res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache', ...headers })
    if (reply.fault === 'garbage') {
      res.end('event: message_start\ndata: {"type": "mess\n\n')
      return 'garbage'
    }
    const events = eventsOf(message)
    const stopAt = reply.fault ? (reply.after ?? 4) : Infinity
    for (const [i, event] of events.entries()) {
      if (i >= stopAt) break
      if (reply.eventDelayMs) await sleep(reply.eventDelayMs)
      if (res.destroyed) return 'client left'
      res.write(sse(event))
    }
    if (reply.fault === 'cut') {
      await sleep(50)
      res.socket?.destroy()
      return 'cut'
    }
    if (reply.fault === 'stall') {
      if (reply.ping) {
        const t = setInterval(() => res.write(sse(['ping', { type: 'ping' }])), reply.ping)
        res.on('close', () => clearInterval(t))
      }
      return 'stall'
    }
    if (reply.fault === 'sse-error') {
      res.end(
        sse([
          'error',
          {
            type: 'error',
            error: { type: reply.type ?? 'overloaded_error', message: reply.message ?? 'Overloaded' },
            request_id: requestId,
          },
        ]),
      )
      return 'sse-error'
    }
    res.end()
    return reply.fault ?? 200
  }

  async function handle(req, res) {
    const started = Date.now()
    const url = new URL(req.url, 'http://127.0.0.1')
    let raw = ''
    for await (const chunk of req) raw += chunk
    const send = (status, obj) => {
      res.writeHead(status, { 'content-type': 'application/json' })
      res.end(obj === undefined ? '' : JSON.stringify(obj))
    }

    if (url.pathname.startsWith('/__fake/')) {
      if (url.pathname === '/__fake/state') return send(200, { counters, requests: requests.length })
      if (url.pathname === '/__fake/requests') return send(200, requests)
      if (url.pathname === '/__fake/reset') {
        counters = {}
        requests = []
        return send(200, {})
      }
      if (url.pathname === '/__fake/scenario') {
        current = JSON.parse(raw)
        counters = {}
        return send(200, {})
      }
      return send(404, {})
    }

    const r = describe(req, url, raw)
    const entry = {
      i: seq++,
      t: started,
      method: r.method,
      path: r.path + url.search,
      lane: r.lane,
      session: r.session,
      model: r.model,
      stream: r.stream,
      tools: (r.body?.tools ?? []).length,
      messages: r.body?.messages?.length,
      bytes: raw.length,
      headers: Object.fromEntries(
        Object.entries(req.headers).map(([k, v]) => [k, /^(x-api-key|authorization|cookie)$/.test(k) ? '***' : v]),
      ),
      ...(bodies ? { body: r.body ?? raw } : {}),
    }
    requests.push(entry)
    res.on('close', () => {
      entry.ms = Date.now() - started
      entry.clientLeft = !res.writableFinished
      if (log) appendFileSync(log, `${JSON.stringify(entry)}\n`)
      onRequest(entry)
    })

    if (r.path === '/v1/messages' && r.method === 'POST') {
      const { s, reply, n, by } = choose(r)
      entry.by = by
      const filled = fillTemplates(typeof reply === 'string' ? { text: reply } : reply, { ...r, n })
      const common = { usage: s.usage, headers: fillTemplates(s.headers ?? {}, { ...r, n }) }
      entry.answered = await answer(filled, common, r, res)
    } else if (r.path === '/v1/messages/count_tokens') {
      entry.answered = 200
      send(200, { input_tokens: Math.ceil(raw.length / 4) })
    } else if (r.path === '/v1/models') {
      entry.answered = 200
      send(200, { data: [], has_more: false, first_id: null, last_id: null })
    } else if (r.method === 'HEAD' && r.path === '/') {
      entry.answered = 200
      send(200)
    } else {
      // Everything else the CLI may ask for (feature flags, quota, settings): a plain API 404.
      entry.answered = 404
      send(404, { type: 'error', error: { type: 'not_found_error', message: 'Not found' } })
    }
  }

  const server = http.createServer((req, res) => {
    handle(req, res).catch((e) => {
      console.error('fake-api:', e)
      res.destroy()
    })
  })
  server.requestTimeout = 0
  await new Promise((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
  const actual = server.address().port
  return {
    port: actual,
    url: `http://127.0.0.1:${actual}`,
    get requests() {
      return requests
    },
    get counters() {
      return counters
    },
    load(next) {
      current = next
      counters = {}
    },
    reset() {
      counters = {}
      requests = []
    },
    close: () =>
      new Promise((resolve) => {
        server.close(resolve)
        server.closeAllConnections?.()
      }),
  }
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  const opt = (name, fallback) => {
    const i = process.argv.indexOf(`--${name}`)
    return i < 0 ? fallback : process.argv[i + 1]
  }
  const has = (name) => process.argv.includes(`--${name}`)
  if (has('help')) {
    console.log('node fake-api.mjs --scenario FILE.json [--port N] [--log FILE.jsonl] [--bodies] [--quiet]')
    process.exit(0)
  }
  const file = opt('scenario')
  const api = await startFakeApi({
    scenario: file ? JSON.parse(readFileSync(file, 'utf8')) : {},
    port: Number(opt('port', 0)),
    log: opt('log', null),
    bodies: has('bodies'),
    onRequest: (e) => {
      if (!has('quiet'))
        console.error(
          `${e.method} ${e.path} model=${e.model} tools=${e.tools} ${e.by ?? ''} -> ${e.answered} ${e.ms}ms${e.clientLeft ? ' (client left)' : ''}`,
        )
    },
  })
  console.log(JSON.stringify({ port: api.port, url: api.url, pid: process.pid }))
  for (const sig of ['SIGINT', 'SIGTERM']) process.on(sig, () => api.close().then(() => process.exit(0)))
}
