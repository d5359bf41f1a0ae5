import { expect, test } from 'vitest'
import { emptyLog, follow } from '../../../src/adapters/claude/session-log.js'
import { type News, SessionNews } from '../../../src/adapters/claude/session-news.js'
import { readLine } from '../../../src/adapters/claude/stream.js'

const says = (id: string, output: number): string =>
  JSON.stringify({
    type: 'assistant',
    message: { id, model: 'm', content: [{ type: 'text', text: 'so' }], usage: { output_tokens: output } },
  })
const uses = (path: string): string =>
  JSON.stringify({ type: 'assistant', message: { content: [{ type: 'tool_use', id: path, name: 'Edit', input: { file_path: path } }] } })
const result = '{"type":"result","subtype":"success","is_error":false,"num_turns":1}'

/** What is told when lines come together, each of them so many seconds after the last. */
function told(together: readonly (readonly string[])[], seconds = 0): (News | null)[] {
  const news = new SessionNews('/w')
  let log = emptyLog
  return together.map((lines, n) => {
    const events = lines.flatMap(readLine)
    log = events.reduce(follow, log)
    return news.of(events, log, n * seconds * 1000)
  })
}

const thinking: News = { doing: 'thinking', answered: true }

test.each<{ says: string; heard: (News | null)[]; expected: (News | null)[] }>([
  {
    says: 'of what comes together the last',
    heard: told([[says('a', 1), uses('/w/x'), uses('/w/y')]]),
    expected: [{ doing: 'Edit y', answered: true }],
  },
  { says: 'the same once', heard: told([[says('a', 1)], [says('a', 1)], [says('a', 1)]]), expected: [thinking, null, null] },
  { says: 'the same again after a while', heard: told([[says('a', 1)], [says('a', 1)]], 6), expected: [thinking, thinking] },
  { says: 'what has used more', heard: told([[says('a', 1)], [says('a', 2)], [says('b', 2)]]), expected: [thinking, thinking, thinking] },
  {
    says: 'each use of a tool',
    heard: told([[uses('/w/x')], [uses('/w/x')]]),
    expected: [
      { doing: 'Edit x', answered: true },
      { doing: 'Edit x', answered: true },
    ],
  },
  { says: 'the result', heard: told([[says('a', 1)], [result]]), expected: [thinking, { doing: null, answered: false }] },
  { says: 'nothing of what says nothing', heard: told([['{"type":"system","subtype":"status"}'], ['rubbish']]), expected: [null, null] },
])('tells $says', ({ heard, expected }) => {
  expect(heard).toEqual(expected)
})
