import { duration, money } from './amounts.js'
import { harmless, oneLine } from './harmless.js'
import { type Moment, until } from './moment.js'
import { toolWords } from './tool-words.js'

/** The fields that are read, of whatever shape they turn out to be. */
interface Json {
  readonly attempt?: unknown
  readonly content?: unknown
  readonly duration_ms?: unknown
  readonly error?: unknown
  readonly error_status?: unknown
  readonly errors?: unknown
  readonly input?: unknown
  readonly is_error?: unknown
  readonly message?: unknown
  readonly model?: unknown
  readonly name?: unknown
  readonly num_turns?: unknown
  readonly parent_tool_use_id?: unknown
  readonly permissionMode?: unknown
  readonly rateLimitType?: unknown
  readonly rate_limit_info?: unknown
  readonly resetsAt?: unknown
  readonly result?: unknown
  readonly retry_delay_ms?: unknown
  readonly session_id?: unknown
  readonly status?: unknown
  readonly subtype?: unknown
  readonly text?: unknown
  readonly total_cost_usd?: unknown
  readonly type?: unknown
  readonly utilization?: unknown
}

/**
 * One line of an agent's transcript (stream-json) as a person reads it: what it said, which tools it used, what
 * failed, limits, retries, the end. Everything else, and every line that is no such object, gives nothing.
 */
export function transcriptLines(line: string, moment: Moment): readonly string[] {
  const event = asObject(parse(line))
  if (event === null) return []
  switch (event.type) {
    case 'assistant':
      return fromAgent(event)
    case 'user':
      return fromTools(event)
    case 'system':
      return fromSystem(event)
    case 'rate_limit_event':
      return fromLimit(asObject(event.rate_limit_info) ?? {}, moment)
    case 'result':
      return fromResult(event)
    default:
      return []
  }
}

/** Whether a transcript's line is the one with which orch begins, or goes on with, the session. */
export const beginsInvocation = (line: string): boolean =>
  line.includes('"orch_invocation"') && asObject(parse(line))?.type === 'orch_invocation'

function parse(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

const asObject = (value: unknown): Json | null => (typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null)
const asText = (value: unknown): string => (typeof value === 'string' ? value : '')
const asNumber = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null)

function blocks(event: Json): readonly Json[] {
  const content = asObject(event.message)?.content
  return Array.isArray(content) ? content.map(asObject).filter((block) => block !== null) : []
}

/** What a subagent does stands further in. */
const margin = (event: Json): string => (typeof event.parent_tool_use_id === 'string' ? '    ' : '')

const nonEmptyLines = (text: string): readonly string[] =>
  harmless(text)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')

function fromAgent(event: Json): readonly string[] {
  const failed = typeof event.error === 'string'
  return blocks(event).flatMap((block) => {
    if (block.type === 'text') return nonEmptyLines(asText(block.text)).map((line) => `${margin(event)}${failed ? '! ' : ''}${line}`)
    if (block.type === 'tool_use') return [`${margin(event)}> ${toolWords(asText(block.name), { ...asObject(block.input) })}`]
    return []
  })
}

/** Lines of a tool's error that are shown: the rest is in the transcript. */
const mostErrorLines = 5

function fromTools(event: Json): readonly string[] {
  return blocks(event).flatMap((block) => {
    if (block.type !== 'tool_result' || block.is_error !== true) return []
    const lines = nonEmptyLines(resultText(block.content).replaceAll(/<\/?tool_use_error>/g, ''))
    const more = lines.length > mostErrorLines ? [`${lines.length - mostErrorLines} more lines`] : []
    return [...lines.slice(0, mostErrorLines), ...more].map((line, i) => `${margin(event)}${i === 0 ? '  failed: ' : '    '}${line}`)
  })
}

function resultText(content: unknown): string {
  if (Array.isArray(content)) return content.map((part) => asText(asObject(part)?.text)).join('\n')
  return asText(content)
}

function fromSystem(event: Json): readonly string[] {
  switch (event.subtype) {
    case 'init':
      return [oneLine(`session ${asText(event.session_id)} with ${asText(event.model)} (${asText(event.permissionMode)})`)]
    case 'api_retry': {
      const status = asNumber(event.error_status)
      const wait = asNumber(event.retry_delay_ms)
      const when = wait === null ? '' : ` in ${duration(Math.max(1000, wait))}`
      return [oneLine(`retry ${asNumber(event.attempt) ?? '?'}${when}: ${asText(event.error)}${status === null ? '' : ` (${status})`}`)]
    }
    case 'permission_denied':
      return [oneLine(`  refused: ${asText(event.message)}`)]
    case 'model_fallback':
      return [oneLine(asText(event.content))]
    case 'compact_boundary':
      return ['the conversation was summarised to make room']
    default:
      return []
  }
}

function fromLimit(info: Json, moment: Moment): readonly string[] {
  const window = asText(info.rateLimitType).replaceAll('_', ' ')
  const name = window === '' ? 'limit' : `${window} limit`
  const resets = asNumber(info.resetsAt)
  if (info.status === 'rejected')
    return [oneLine(resets === null ? 'the service throttles' : `${name} reached until ${until(resets * 1000, moment)}`)]
  const used = asNumber(info.utilization)
  return info.status === 'allowed_warning'
    ? [oneLine(`${name} nearly reached${used === null ? '' : `: ${Math.round(used * 100)} % used`}`)]
    : []
}

function fromResult(event: Json): readonly string[] {
  const failed = event.is_error === true
  const figures = [
    ...(asNumber(event.num_turns) === null ? [] : [`${asNumber(event.num_turns)} turns`]),
    ...(asNumber(event.duration_ms) === null ? [] : [duration(asNumber(event.duration_ms) ?? 0)]),
    ...(asNumber(event.total_cost_usd) === null ? [] : [money(asNumber(event.total_cost_usd) ?? 0)]),
  ]
  const errors = Array.isArray(event.errors) ? event.errors.map(asText).join('; ') : ''
  const why = failed ? `: ${asText(event.result) || errors || asText(event.subtype)}` : ''
  return [oneLine(`${failed ? 'ended with an error' : 'finished'} (${figures.join(', ')})${why}`)]
}
