// node --expose-gc … test/support/allocations.mjs: what it takes from the heap to fold one fact and to read one line of a session, in bytes, as JSON.
import { register } from 'node:module'

register('./typescript-hooks.mjs', import.meta.url)
const { StreamReader } = await import('../../src/adapters/claude/stream.ts')
const { reduce } = await import('../../src/core/run-fold.ts')
const { recorded, runStarted, stageStarted, wholeLife } = await import('./facts.ts')
const { aMilestone } = await import('./work.ts')

const times = 200

/** What the work takes each time, the least of some rounds: whatever else goes on only adds to it. Nothing is collected in between. */
function bytesOf(work) {
  const rounds = Array.from({ length: 10 }, () => {
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    for (let n = 0; n < times; n++) work()
    return (process.memoryUsage().heapUsed - before) / times
  })
  return Math.round(Math.min(...rounds))
}

const ids = Array.from({ length: 100 }, (_, n) => `1${String.fromCharCode(65 + Math.floor(n / 26), 65 + (n % 26))}`)
const milestones = ids.map((id) => aMilestone({ id }))
const begin = [runStarted(milestones), stageStarted(1, milestones)]
const facts = recorded([...begin, ...wholeLife('1AB')])
const begun = facts.slice(0, begin.length).reduce(reduce, null)
const life = facts.slice(begin.length)

const reader = new StreamReader()
const message = (content) => ({
  id: 'm',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content,
  usage: { input_tokens: 1, output_tokens: 1 },
})
const said = (event) => JSON.stringify({ ...event, session_id: 's', uuid: 'u' })
const lines = {
  delta: said({ type: 'stream_event', event: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'And then' } } }),
  text: said({ type: 'assistant', message: message([{ type: 'text', text: 'All work and no play. '.repeat(40) }]) }),
  tool: said({ type: 'assistant', message: message([{ type: 'tool_use', id: 't', name: 'Read', input: { file_path: 'src/a.ts' } }]) }),
  'tool result': said({
    type: 'user',
    message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'x'.repeat(900) }] },
  }),
}

const seen = { fact: Math.round(bytesOf(() => life.reduce(reduce, begun)) / life.length) }
for (const [kind, line] of Object.entries(lines)) seen[kind] = bytesOf(() => reader.read(line))
process.stdout.write(JSON.stringify(seen))
