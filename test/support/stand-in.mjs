/**
 * A puppet in the place of the agent program: it speaks the few lines that matter and does what a test's own function says.
 * A test writes a file that imports this one, calls `perform`, and is named as `agent.command`.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const argv = process.argv.slice(2)
const flag = (name) => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : undefined)

/** @param {(scene: object) => unknown} script what to do; without an ending of its own it ends as done */
export async function perform(script) {
  if (argv.includes('--version')) return console.log('2.1.329 (stand-in)')
  const session = flag('--resume') ?? flag('--session-id') ?? randomUUID()
  const prompt = readFileSync(0, 'utf8')
  const line = (fields) => process.stdout.write(`${JSON.stringify({ ...fields, session_id: session, uuid: randomUUID() })}\n`)
  const usage = { input_tokens: 100, output_tokens: 10, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }
  let ended = false

  const result = (fields) => {
    ended = true
    const money = { total_cost_usd: 0.01, modelUsage: {}, usage }
    const times = { duration_ms: 1, duration_api_ms: 1, num_turns: 1 }
    line({
      type: 'result',
      subtype: 'success',
      is_error: false,
      permission_denials: [],
      api_error_status: null,
      ...money,
      ...times,
      ...fields,
    })
  }
  const assistant = (block, more = {}) =>
    line({
      type: 'assistant',
      message: { id: randomUUID(), role: 'assistant', model: 'stand-in', content: [block], usage },
      parent_tool_use_id: null,
      ...more,
    })
  const write = (path, text) => {
    const id = randomUUID()
    assistant({ type: 'tool_use', id, name: 'Write', input: { file_path: path, content: text } })
    mkdirSync(dirname(join(process.cwd(), path)), { recursive: true })
    writeFileSync(join(process.cwd(), path), text)
    line({ type: 'user', message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content: 'written' }] } })
  }
  const done = (text = 'Done.') => result({ result: text })
  /** Answers a review; `answer` may leave out anything. */
  const review = (answer = {}) => {
    const whole = { verdict: 'approved', summary: 'fine', criteria: criteria(), findings: [], ...answer }
    result({ result: JSON.stringify(whole), structured_output: whole })
  }
  /** The account's window is closed for that many milliseconds. */
  const limit = (ms) => {
    const info = { status: 'rejected', resetsAt: Math.ceil((Date.now() + ms) / 1000), rateLimitType: 'five_hour', isUsingOverage: false }
    line({ type: 'rate_limit_event', rate_limit_info: info })
    assistant({ type: 'text', text: "You've hit your 5-hour limit" }, { error: 'rate_limit', api_error_status: 429 })
    result({ is_error: true, api_error_status: 429, api_error: 'usage_limit_reached', result: "You've hit your 5-hour limit" })
    process.exitCode = 1
  }

  const init = {
    cwd: process.cwd(),
    tools: (flag('--tools') ?? 'Bash').split(','),
    mcp_servers: [],
    model: 'stand-in',
    apiKeySource: 'none',
  }
  line({ type: 'system', subtype: 'init', ...init, permissionMode: flag('--permission-mode') ?? 'default', claude_code_version: '2.1.329' })
  const role = { step: process.env.ORCH_STEP, task: process.env.ORCH_TASK, run: process.env.ORCH_RUN, resumed: argv.includes('--resume') }
  const number = Number(process.env.ORCH_ROUND ?? process.env.ORCH_ATTEMPT ?? 1)
  await script({ ...role, number, argv, prompt, session, line, assistant, write, done, review, limit, result })
  if (!ended && process.exitCode === undefined) role.step === 'review' ? review() : done()
}

/** Every criterion that a milestone can have, met: orch heeds those that there are. */
const criteria = () => Array.from({ length: 20 }, (_, i) => ({ n: i + 1, met: true, evidence: 'seen', file: null, line: null }))
