import { describe, expect, test } from 'vitest'
import type { Failure } from '../../src/core/failure.js'
import { describeFailure } from '../../src/core/failure-words.js'

describe('a failure in words', () => {
  const table: readonly (readonly [Failure, task: string | null, hint: RegExp])[] = [
    [{ reason: 'checks-failed', commands: ['npm test'], rounds: 2 }, '1B', /orch logs 1B.*orch retry 1B$/],
    [{ reason: 'review-unresolved', findings: 1, rounds: 3 }, 'stage-1', /orch logs stage-1.*orch retry stage-1$/],
    [{ reason: 'approval-missing' }, '1B', /^orch approve 1B/],
    [{ reason: 'approval-missing' }, null, /^orch approve <ID>/],
    [{ reason: 'review-not-readonly', files: ['a'] }, '1B', /orch logs 1B; then: orch retry 1B$/],
    [{ reason: 'leaked-outside-worktree', session: 's', where: '/', files: ['a'], patch: 'p' }, '1B', /orch retry 1B$/],
    [{ reason: 'changed-from-outside', tasks: ['1A'], files: ['a'], patch: 'p' }, '1B', /orch retry 1B$/],
    [{ reason: 'agent-crashed', detail: 'x' }, null, /orch logs$/],
  ]
  test.each(table)('%j of %s has a hint that can be typed', (failure, task, hint) => {
    expect(describeFailure(failure, task).hint).toMatch(hint)
  })

  test('shows the beginning of what a crashed program said', () => {
    const page = Array.from({ length: 50 }, (_, i) => `at line ${i + 1}`).join('\n')
    expect(describeFailure({ reason: 'agent-crashed', detail: page }).message).toBe(
      'the agent program ended in the middle of its work: at line 1\nat line 2\nat line 3 ...',
    )
    expect(describeFailure({ reason: 'agent-misconfigured', detail: 'x'.repeat(9999) }).message.length).toBeLessThan(400)
  })

  test('shows the end of what a failed command printed', () => {
    const output = Array.from({ length: 50 }, (_, i) => `line ${i + 1}`).join('\n')
    const { message } = describeFailure({ reason: 'setup-failed', command: 'npm ci', output })
    expect(message.split('\n')).toEqual(['the setup command failed: npm ci', '...', 'line 46', 'line 47', 'line 48', 'line 49', 'line 50'])
  })
})
