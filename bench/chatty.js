import { execFileSync } from 'node:child_process'
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { inFolder, listeners } from './listeners.js'
import { liveRun } from './live-run.js'
import { median, paired } from './measure.js'

const mebibyte = 2 ** 20

/** Sessions that each say so many bytes a second, all of them at a time, and what orch takes from the first word of one to the last word of all. */
export const chatty = ({ sessions, seconds, bytes, rounds }) =>
  inFolder(async (folder) => {
    const chat = path.join(folder, 'chat.ndjson')
    writeFileSync(chat, chatOf(bytes))
    const env = { BENCH_SECONDS: String(seconds), BENCH_CHAT: chat }
    const all = sessions * seconds * statSync(chat).size
    const ways = {
      ours: () => whileTheyTalk({ sessions, env, folder, all }),
      floor: () => listeners('parse', sessions, env, folder),
    }
    const { ours, floor } = await paired(ways, rounds)
    const row = (what, beside, values, more) => ({
      what: `${sessions} sessions, ${(bytes / mebibyte).toFixed(1)} MiB/s each for ${seconds} s: ${what}`,
      beside,
      ours: values[0],
      floor: values[1],
      ...more,
    })
    const parsing = 'reading and parsing each line in one Node process'
    const resident = (of) => ours.residents.map(of)
    return [
      row('processors', parsing, [ours.cpuMs, floor.cpuMs], { unit: 'ms', goal: 1.3 }),
      row('resident at most', 'before they talk', [resident((r) => Math.max(...r)), resident((r) => r[0])], { unit: 'MB', most: 250 }),
      row('resident in the last third of the time', 'in the second third', [resident(third(2)), resident(third(1))], {
        unit: 'MB',
        goal: 1.1,
      }),
    ]
  })

/** The median of a third (0 to 2) of them. */
const third = (n) => (values) => median(values.slice(Math.floor((n * values.length) / 3), Math.floor(((n + 1) * values.length) / 3) + 1))

/** The sessions wait for a gate until all have begun, and for another one until all that they said has been kept. */
async function whileTheyTalk({ sessions, env, folder, all }) {
  const gate = path.join(mkdtempSync(path.join(folder, 'gates-')), 'gate')
  execFileSync('mkfifo', [gate, `${gate}.end`])
  const open = []
  const looks = []
  const watch = (look, repository) => {
    if (open.length === 2 || !look.isFull) return
    const kept = keptIn(repository)
    if (kept.files === sessions) looks.push(look)
    // The first look counts from the second on: those that began last have settled then.
    if (looks.length === settled && open.length === 0) open.push(openSync(gate, 'w'))
    if (open.length === 1 && kept.bytes >= all) open.push(openSync(`${gate}.end`, 'w'))
  }
  try {
    await liveRun({ sessions, env: { ...env, BENCH_GATE: gate }, watch })
  } finally {
    for (const file of open) closeSync(file)
  }
  const counted = looks.slice(settled - 1)
  return { cpuMs: counted.at(-1).cpuMs - counted.at(0).cpuMs, residents: counted.map(({ residentBytes }) => residentBytes / 1e6) }
}

/** Looks, five a second. */
const settled = 15

/** How many transcripts there are, and how long they are together. */
function keptIn(repository) {
  const sessions = readdirSync(path.join(repository, '.orch', 'runs')).map((run) => path.join(repository, '.orch', 'runs', run, 'sessions'))
  const sizes = sessions.filter(existsSync).flatMap((folder) => readdirSync(folder).map((name) => statSync(path.join(folder, name)).size))
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) }
}

/** Messages of an assistant of about a kibibyte each: the worst that there is, since each must be parsed. */
function chatOf(bytes) {
  const content = [{ type: 'text', text: 'All work and no play makes Jack a dull boy. '.repeat(16) }]
  const usage = { input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 }
  const message = { id: 'm', type: 'message', role: 'assistant', model: 'stand-in', content, stop_reason: null, usage }
  const line = `${JSON.stringify({ type: 'assistant', message, parent_tool_use_id: null, session_id: 'bench', uuid: 'u' })}\n`
  return line.repeat(Math.round(bytes / line.length))
}
