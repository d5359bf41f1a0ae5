import { expect, test } from 'vitest'
import { badUsageText } from '../../src/ui/bad-usage.js'

const commands = ['run', 'retry', 'status']
const runFlags = ['--stage', '--milestone', '--json']

const table: readonly (readonly [typed: string, says: string, message: string, knownFlags?: readonly string[]])[] = [
  ['rum', 'Error: there is no command rum. Did you mean run?', 'command rum not found'],
  ['xyzzy', 'Error: there is no command xyzzy. Try: orch --help', 'command xyzzy not found'],
  ['run 2B', 'Error: orch run does not take "2B". Did you mean orch run --milestone 2B?', 'command run:2B not found'],
  ['run 2', 'Error: orch run does not take "2". Did you mean orch run --stage 2?', 'command run:2 not found'],
  ['status 2B', 'Error: orch status does not take "2B". Try: orch status --help', 'command status:2B not found'],
  [
    'run --stag 2',
    'Error: orch run has no flag --stag. Did you mean --stage?',
    'Nonexistent flag: --stag\nSee more help with --help',
    runFlags,
  ],
  [
    'run --stage two',
    'Error: --stage: expected an integer but received: two. Try: orch run --help',
    'Parsing --stage \n\tExpected an integer but received: two\nSee more help with --help',
    runFlags,
  ],
  [
    'retry',
    'Error: orch retry needs an ID: the task. Try: orch retry 1A',
    'Missing 1 required arg:\nid  the task\nSee more help with --help',
  ],
]

for (const [typed, says, message, knownFlags = []] of table)
  test(`orch ${typed}: ${says}`, () => {
    expect(badUsageText({ typed: typed.split(' '), commands, message, knownFlags })).toBe(says)
  })
