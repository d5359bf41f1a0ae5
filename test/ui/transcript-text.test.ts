import { describe, expect, it } from 'vitest'
import type { RecordedFact } from '../../src/core/fact.js'
import { factDetails } from '../../src/ui/fact-details.js'
import { transcriptLines } from '../../src/ui/transcript-text.js'
import { storyStart } from '../support/facts.js'
import { aCheckResult, aVerdict } from '../support/work.js'

const moment = { now: storyStart, timeZone: 'UTC' }
const assistant = (content: readonly object[], more: object = {}): object => ({
  type: 'assistant',
  message: { role: 'assistant', content },
  parent_tool_use_id: null,
  ...more,
})
const toolUse = (name: string, input: object): object => ({ type: 'tool_use', id: 'toolu_1', name, input })
const toolResult = (content: unknown, isError: boolean): object => ({
  type: 'user',
  message: { role: 'user', content: [{ tool_use_id: 'toolu_1', type: 'tool_result', content, is_error: isError }] },
})

describe('a transcript for people', () => {
  const table: readonly [string, object | string, readonly string[]][] = [
    ['what the agent says', assistant([{ type: 'text', text: 'First.\n\nSecond.' }]), ['First.', 'Second.']],
    ['a command', assistant([toolUse('Bash', { command: 'npm test', description: 'Runs the tests' })]), ['> Bash: npm test']],
    ['a file', assistant([toolUse('Write', { file_path: 'src/a.ts', content: 'x'.repeat(9999) })]), ['> Write: src/a.ts']],
    [
      'a file in a worktree, by its path there',
      assistant([toolUse('Edit', { file_path: '/home/me/my project/.orch/worktrees/r1/1A/src/a.ts' })]),
      ['> Edit: src/a.ts'],
    ],
    ['the answer of a review', assistant([toolUse('StructuredOutput', { verdict: 'approved' })]), ['> answer: approved']],
    ['a tool without arguments', assistant([toolUse('NoSuchTool', {})]), ['> NoSuchTool']],
    ['what a subagent does', assistant([toolUse('Read', { file_path: 'b.ts' })], { parent_tool_use_id: 'toolu_0' }), ['    > Read: b.ts']],
    ['thoughts are not shown', assistant([{ type: 'thinking', thinking: 'hmm' }]), []],
    ['an error of the service', assistant([{ type: 'text', text: 'API Error: 529' }], { error: 'overloaded' }), ['! API Error: 529']],
    ['a tool that worked', toolResult('fine', false), []],
    [
      'a tool that failed',
      toolResult('<tool_use_error>InputValidationError: no\nmore</tool_use_error>', true),
      ['  failed: InputValidationError: no', '    more'],
    ],
    [
      'a long failure',
      toolResult([{ type: 'text', text: '1\n2\n3\n4\n5\n6\n7' }], true),
      ['  failed: 1', '    2', '    3', '    4', '    5', '    2 more lines'],
    ],
    [
      'the start',
      { type: 'system', subtype: 'init', session_id: 's-1', model: 'claude-x', permissionMode: 'acceptEdits' },
      ['session s-1 with claude-x (acceptEdits)'],
    ],
    [
      'a retry',
      { type: 'system', subtype: 'api_retry', attempt: 2, retry_delay_ms: 4100, error_status: 529, error: 'overloaded' },
      ['retry 2 in 4s: overloaded (529)'],
    ],
    [
      'a refusal',
      { type: 'system', subtype: 'permission_denied', message: 'Permission to use Bash has been denied.' },
      ['refused: Permission to use Bash has been denied.'],
    ],
    ['a summary', { type: 'system', subtype: 'compact_boundary' }, ['the conversation was summarised to make room']],
    ['an open window', { type: 'rate_limit_event', rate_limit_info: { status: 'allowed' } }, []],
    [
      'a nearly closed window',
      { type: 'rate_limit_event', rate_limit_info: { status: 'allowed_warning', rateLimitType: 'seven_day', utilization: 0.9 } },
      ['seven day limit nearly reached: 90 % used'],
    ],
    [
      'a closed window',
      { type: 'rate_limit_event', rate_limit_info: { status: 'rejected', rateLimitType: 'five_hour', resetsAt: storyStart / 1000 + 750 } },
      ['five hour limit reached until 14:12 (in 12m 30s)'],
    ],
    ['a throttle', { type: 'rate_limit_event', rate_limit_info: { status: 'rejected' } }, ['the service throttles']],
    [
      'the end',
      { type: 'result', subtype: 'success', is_error: false, num_turns: 3, duration_ms: 65_000, total_cost_usd: 0.12, result: 'Done.' },
      ['finished (3 turns, 1m 05s, $0.12)'],
    ],
    [
      'a bad end',
      {
        type: 'result',
        subtype: 'error_max_turns',
        is_error: true,
        num_turns: 2,
        duration_ms: 5000,
        total_cost_usd: 0,
        errors: ['Reached maximum number of turns (2)'],
      },
      ['ended with an error (2 turns, 5s, $0.00): Reached maximum number of turns (2)'],
    ],
    ['an unknown kind', { type: 'stream_event', event: {} }, []],
    ['a line that is no JSON', 'garbage {', []],
    ['a line that is no object', '[1]', []],
    ['wrong shapes', { type: 'assistant', message: { content: [null, 3, { type: 'text', text: 7 }, { type: 'tool_use' }] } }, ['>']],
    [
      'escape sequences',
      assistant([{ type: 'text', text: 'a\u001b]0;t\u0007b\u202ec' }, toolUse('Ba\u001b[2Jsh', { command: 'x\n\u009by' })]),
      ['abc', '> Bash: x'],
    ],
  ]
  it.each(table)('%s', (_, event, lines) => {
    const shown = transcriptLines(typeof event === 'string' ? event : JSON.stringify(event), moment)
    expect(shown.map((line) => line.trimEnd())).toEqual(lines)
  })
})

describe('what belongs to a fact in the logs', () => {
  const fact = (part: object): RecordedFact => ({ seq: 1, at: '2026-01-02T03:04:05.000Z', run: 'r', task: '1A', ...part }) as RecordedFact

  it('is the end of what a failed check printed', () => {
    const output = Array.from({ length: 40 }, (_, i) => `line ${i + 1}`).join('\n')
    const results = [aCheckResult({ command: 'npm test', passed: false, exitCode: 1, output }), aCheckResult({ command: 'npm run lint' })]
    const lines = factDetails(fact({ type: 'checks-finished', results }))
    expect(lines[0]).toBe('$ npm test')
    expect(lines.slice(-2)).toEqual(['  line 40', '  (exit status 1)'])
    expect(lines.length).toBeLessThan(20)
    expect(lines.join('\n')).not.toContain('lint')
  })

  it('is what a review found', () => {
    const verdict = aVerdict({
      approved: false,
      summary: 'Nearly.',
      criteria: [{ n: 2, met: false, evidence: 'there is no test', file: null, line: null }],
      findings: [{ id: 'f', severity: 'major', file: 'src/a.ts', line: 3, title: 'It leaks', detail: 'Close it.' }],
    })
    expect(factDetails(fact({ type: 'review-given', verdict }))).toEqual([
      'Nearly.',
      'criterion 2 is not met: there is no test',
      'major: It leaks (src/a.ts:3)',
      '  Close it.',
    ])
  })

  it('is all that a program said when it crashed', () => {
    const failure = { reason: 'agent-crashed', detail: 'a\nb\nc\nd\ne' }
    expect(factDetails(fact({ type: 'attempt-failed', failure }))).toEqual(['a', 'b', 'c', 'd', 'e'])
  })
})
