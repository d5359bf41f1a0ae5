import { describe, expect, it } from 'vitest'
import { counted, listed } from '../../src/core/counted.js'
import type { Fact, Progress } from '../../src/core/fact.js'
import type { Problem } from '../../src/core/problem.js'
import { duration, money, tokenCount } from '../../src/ui/amounts.js'
import { failureLine, failureText } from '../../src/ui/failure-text.js'
import { factLine } from '../../src/ui/logs-text.js'
import { localTime, timeOfDay, until } from '../../src/ui/moment.js'
import { problemsText } from '../../src/ui/problem-text.js'
import { factSentence, progressSentence } from '../../src/ui/wording.js'
import {
  attemptFinished,
  attemptStarted,
  combinedAndLanded,
  commitOf,
  ended,
  opened,
  recorded,
  runStarted,
  stageStarted,
  storyStart,
  threeTasks,
  usage,
} from '../support/facts.js'
import { aCheckResult, aVerdict } from '../support/work.js'

const moment = { now: storyStart, timeZone: 'UTC' }
const failure = { reason: 'agent-crashed', detail: 'signal 9' } as const
const finding = { id: 'f', severity: 'major', file: null, line: null, title: 't', detail: 'd' } as const
const unmet = { n: 1, met: false, evidence: '', file: null, line: null } as const
const red = [aCheckResult({ command: 'npm test', passed: false }), aCheckResult({})]
const spent = usage(0.12, 65)

/** One of each arm at least: a new fact breaks the compile here until it has been given words. */
const oneOfEach: { readonly [T in Fact['type']]: readonly (Fact & { type: T })[] } = {
  'run-started': [runStarted(threeTasks) as Fact & { type: 'run-started' }],
  'run-resumed': [{ type: 'run-resumed' }],
  'run-ended': [
    { type: 'run-ended', ending: 'done', failure: null },
    { type: 'run-ended', ending: 'failed', failure: { reason: 'stage-failed', stage: 1 } },
    { type: 'run-ended', ending: 'needs-person', failure: null },
    { type: 'run-ended', ending: 'surroundings', failure: { reason: 'disk-full', path: '/tmp' } },
  ],
  'budget-set': [{ type: 'budget-set', maxUsd: 20, maxDurationMs: 7_200_000 }],
  'budget-warned': [{ type: 'budget-warned', scope: 'run', of: null, measure: 'usd', used: 8.2, limit: 10 }],
  'windows-seen': [{ type: 'windows-seen', account: 'default', windows: [{ window: 'five_hour', utilization: 0.42, resetsAt: null }] }],
  'model-changed': [{ type: 'model-changed', task: '1A', from: 'opus', to: 'sonnet', because: 'overloaded' }],
  'survivors-ended': [{ type: 'survivors-ended', pids: [12, 13] }],
  'checkout-changed': [{ type: 'checkout-changed', tasks: ['1A', 'stage-1'], files: ['/repo/mine.txt', 'refs/heads/main'] }],
  'limit-hit': [
    { type: 'limit-hit', account: 'default', until: storyStart + 750_000, window: 'five_hour', guessed: false },
    { type: 'limit-hit', account: 'work', until: storyStart + 86_400_000, window: null, guessed: true },
  ],
  'limit-lifted': [
    { type: 'limit-lifted', account: 'default' },
    { type: 'limit-lifted', account: 'work' },
  ],
  'start-held': [{ type: 'start-held', task: '1A', detail: 'memory: 3.1 GiB free, 2.0 reserved, needs 1.5' }],
  'session-frozen': [{ type: 'session-frozen', task: '1A', detail: 'memory: 0.3 GiB free on the machine' }],
  'session-thawed': [{ type: 'session-thawed', task: '1A' }],
  'accounts-chosen': [{ type: 'accounts-chosen', accounts: ['default', 'work'] }],
  'concurrency-changed': [
    { type: 'concurrency-changed', account: 'default', sessions: 2 },
    { type: 'concurrency-changed', account: 'work', sessions: null },
  ],
  'stage-started': [stageStarted(1, threeTasks) as Fact & { type: 'stage-started' }],
  'base-checked': [
    { type: 'base-checked', stage: 1, commit: commitOf('base'), results: [aCheckResult({})], flaky: ['true'] },
    { type: 'base-checked', stage: 1, commit: commitOf('base'), results: red, flaky: [] },
  ],
  'tasks-combined': combinedAndLanded(1, ['1A', '1B']).filter(
    (f): f is Fact & { type: 'tasks-combined' } => typeof f !== 'number' && f.type === 'tasks-combined',
  ),
  'stage-landed': combinedAndLanded(1, []).filter(
    (f): f is Fact & { type: 'stage-landed' } => typeof f !== 'number' && f.type === 'stage-landed',
  ),
  'stage-published': [
    { type: 'stage-published', stage: 1, requests: [{ task: null, number: 7, url: 'https://github.com/acme/thing/pull/7' }] },
  ],
  'stage-undone': [
    {
      type: 'stage-undone',
      stage: 1,
      branch: 'main',
      how: 'moved-back',
      from: commitOf('x'),
      to: commitOf('y'),
      keptAs: 'refs/orch/undone/r1',
    },
    { type: 'stage-undone', stage: 1, branch: 'main', how: 'reverted', from: commitOf('x'), to: commitOf('y'), keptAs: null },
  ],
  'stage-held': [{ type: 'stage-held', stage: 1, failure: { reason: 'approval-missing' } }],
  'stage-failed': [{ type: 'stage-failed', stage: 1, failure: { reason: 'empty-diff' } }],
  'workspace-opened': [opened('1A') as Fact & { type: 'workspace-opened' }],
  'workspace-closed': [{ type: 'workspace-closed', task: '1A' }],
  'entry-checked': [
    { type: 'entry-checked', task: '1A', results: [] },
    { type: 'entry-checked', task: '1A', results: [aCheckResult({}), aCheckResult({})] },
  ],
  'attempt-started': [
    attemptStarted('1A') as Fact & { type: 'attempt-started' },
    { type: 'attempt-started', task: '1A', attempt: 2, step: 'remediate', session: 's', resumes: true, account: 'default', model: null },
    { type: 'attempt-started', task: '1A', attempt: 3, step: 'resolve', session: 's', resumes: false, account: 'default', model: null },
  ],
  'attempt-interrupted': [
    { type: 'attempt-interrupted', task: '1A', attempt: 1, cause: 'limit', usage: spent },
    { type: 'attempt-interrupted', task: '1A', attempt: 1, cause: 'stop', usage: spent },
  ],
  'attempt-finished': [attemptFinished('1A') as Fact & { type: 'attempt-finished' }],
  'attempt-failed': [
    { type: 'attempt-failed', task: '1A', attempt: 1, failure, again: null, counts: true, usage: spent },
    {
      type: 'attempt-failed',
      task: '1A',
      attempt: 1,
      failure,
      again: { at: storyStart + 30_000, session: 'fresh' },
      counts: true,
      usage: spent,
    },
  ],
  'check-flaky': [{ type: 'check-flaky', task: '1A', command: 'npm test', commit: commitOf('1A') }],
  'checks-finished': [
    { type: 'checks-finished', task: '1A', commit: commitOf('1A'), results: [] },
    { type: 'checks-finished', task: '1A', commit: commitOf('1A'), results: red },
  ],
  'review-started': [
    { type: 'review-started', task: '1A', review: 1, session: 's', resumes: false, account: 'default', model: null, tree: 't' },
  ],
  'review-interrupted': [{ type: 'review-interrupted', task: '1A', cause: 'stop', anew: false, usage: usage(0, 0) }],
  'review-given': [
    { type: 'review-given', task: '1A', review: 1, commit: commitOf('1A'), verdict: aVerdict({}), usage: spent },
    {
      type: 'review-given',
      task: 'stage-1',
      review: 2,
      commit: commitOf('1A'),
      verdict: aVerdict({ approved: false, findings: [finding], criteria: [unmet] }),
      usage: spent,
    },
  ],
  'review-failed': [
    { type: 'review-failed', task: '1A', failure, again: { at: storyStart, session: 'resume' }, counts: true, usage: spent },
  ],
  'task-approved': [{ type: 'task-approved', task: '1A', commit: commitOf('1A') }],
  'approval-given': [
    { type: 'approval-given', task: '1A' },
    { type: 'approval-given', task: '1A', note: 'tried on a copy' },
  ],
  'review-asked': [{ type: 'review-asked', task: '1A', commit: commitOf('1A') }],
  'merge-decided': [{ type: 'merge-decided', task: '1A', commit: commitOf('1A'), note: 'it goes next week' }],
  'git-believed': [{ type: 'git-believed', task: '1A', expected: commitOf('x'), commit: commitOf('y') }],
  'merge-conflicted': [{ type: 'merge-conflicted', task: '1A', onto: commitOf('x'), files: ['a.ts', 'b.ts'] }],
  'combination-refused': [{ type: 'combination-refused', task: '1A', onto: commitOf('x'), results: red }],
  'deferred-written': [{ type: 'deferred-written', task: 'stage-1', commit: commitOf('y'), findings: 2 }],
  'base-joined': [{ type: 'base-joined', task: '1A', onto: commitOf('x'), commit: commitOf('y') }],
  'task-failed': [{ type: 'task-failed', task: '1A', failure }],
  'task-parked': [{ type: 'task-parked', task: '1A', failure: { reason: 'review-unresolved', findings: 2, rounds: 3 } }],
  'task-blocked': [{ type: 'task-blocked', task: '1B', failure: { reason: 'dependency-failed', on: '1A' } }],
  'task-retried': [
    { type: 'task-retried', task: '1A', milestone: null },
    { type: 'task-retried', task: '1A', milestone: null, from: 'scratch', keptAs: 'refs/orch/before-retry/r/1A/0123456789ab' },
    { type: 'task-retried', task: '1A', milestone: null, from: 'review' },
  ],
  'milestone-edited': [{ type: 'milestone-edited', task: '1A', file: 'milestones/1A.md' }],
}

describe('facts in words', () => {
  const sentences = recorded(Object.values(oneOfEach).flat()).map((fact) => factSentence(fact, moment))

  it('has a sentence for each of them', () => {
    expect(sentences.join('\n')).toMatchInlineSnapshot(`
      "run r1 started: 3 tasks in 2 stages, from main at 626173652d63
      run r1 resumed
      run r1 is done
      run r1 failed: stage 1 did not get done
      run r1 needs you
      run r1 could not go on: no space left on the disk for /tmp
      the run may cost $20.00 and work for 2h 00m in all
      the run's budget is used to 82 %: $8.20 of $10.00
      the windows of the account: five hour 42 % used
      1A goes on with the model sonnet in place of opus: the service is overloaded
      ended 2 processes left over from before: 12, 13
      changed while 1A, stage 1 worked, and not by their sessions as far as can be told, so taken for yours: /repo/mine.txt, refs/heads/main
      the account's five hour limit is reached: nothing starts until 14:12 (in 12m 30s)
      the limit of the account work is reached: nothing starts on it until Sun 22 Nov 14:00 (in 1d 00h); the instant is a guess
      the limit is lifted: work goes on
      the limit of the account work is lifted
      1A waits to start: memory: 3.1 GiB free, 2.0 reserved, needs 1.5
      1A frozen: memory: 0.3 GiB free on the machine
      1A goes on
      sessions may be paid by: default, work
      at most 2 sessions at a time for now
      as many sessions at a time as configured again on the account work
      stage 1 started: 1A, 1B
      stage 1 starts from 626173652d63, where the checks pass; flaky: true
      stage 1 starts from 626173652d63, which is red before anything began: 1 of 2 failed: npm test
      stage 1 combined 1A, 1B; checks: passed; nothing is missing
      stage 1 landed: main moved from 626173652d63 to 73746167652d
      stage 1 is published: https://github.com/acme/thing/pull/7
      stage 1 is undone: main went back, from 782d636f6d6d to 792d636f6d6d; the old tip is kept as refs/orch/undone/r1
      stage 1 is undone: main took it back by a commit, from 782d636f6d6d to 792d636f6d6d
      stage 1 is held back: a person must approve this before the merge
      stage 1 failed: the agent says that it is done, and nothing was changed
      1A workspace opened on orch/r1/1A
      1A workspace removed
      1A has no entry requirements to run
      1A entry requirements: all 2 passed
      1A implementing (attempt 1)
      1A remediating (attempt 2, same conversation)
      1A resolving the conflict (attempt 3)
      1A cut off by the limit; goes on later where it was (1m 05s, $0.12)
      1A stopped; goes on later where it was (1m 05s, $0.12)
      1A implemented: changes in 31412d636f6d (1m 00s, $0.10)
      1A attempt 1 failed: the agent program ended in the middle of its work: signal 9; given up (1m 05s, $0.12)
      1A attempt 1 failed: the agent program ended in the middle of its work: signal 9; again at 14:00:30, in a new conversation (1m 05s, $0.12)
      1A has a flaky check: npm test failed on 31412d636f6d and passed when it was run again
      1A has no checks to run
      1A checks: 1 of 2 failed: npm test
      1A reviewing (round 1)
      1A stopped; goes on later where it was
      1A review round 1: approved (1m 05s, $0.12)
      stage 1 review round 2: changes requested: 1 finding, 1 criterion not met (1m 05s, $0.12)
      1A the review failed: the agent program ended in the middle of its work: signal 9; again now, in the same conversation (1m 05s, $0.12)
      1A approved at 31412d636f6d
      1A approved by a person
      1A approved by a person: tried on a copy
      1A is to be reviewed once more at 31412d636f6d, as a person asked
      1A is to be merged at 31412d636f6d whatever its review says, as a person decided: it goes next week
      1A is at 792d636f6d6d in git, not at 782d636f6d6d as saved: git is believed
      1A conflicts with what was merged before it: a.ts, b.ts
      1A does not fit with what was merged before it: 1 of 2 failed: npm test
      stage 1 wrote down 2 findings for later, at 792d636f6d6d
      1A now holds what was merged before it, at 792d636f6d6d
      1A failed: the agent program ended in the middle of its work: signal 9
      1A parked, it needs you: after 3 rounds of remediation the review still asks for changes (2 findings)
      1B blocked: it needs 1A, which did not get done
      1A tried again
      1A begun anew; what there was is kept as refs/orch/before-retry/r/1A/0123456789ab
      1A tried again, judged anew first
      1A milestones/1A.md was edited; the task goes on with the text it began with"
    `)
  })

  it('keeps each on one line', () => {
    for (const sentence of sentences) expect(sentence).toMatch(/^\S.*\S$/)
  })

  it('lets no fact command the terminal', () => {
    const [fact] = recorded([
      { type: 'task-failed', task: '1A', failure: { reason: 'agent-crashed', detail: '\u001b]0;x\u0007 boom \u202e\nnext' } },
    ])
    expect(fact === undefined ? '' : factSentence(fact, moment)).toBe('1A failed: the agent program ended in the middle of its work: boom')
  })

  it('begins a line of a log with the local time', () => {
    const [fact] = recorded([ended('done')])
    expect(fact === undefined ? '' : factLine(fact, 'Europe/Berlin')).toBe('15:00:00 run r1 is done')
  })
})

describe('progress in words', () => {
  const table: readonly [Progress, string][] = [
    [{ type: 'session-progressed', task: '1A', doing: 'Edit src/a.ts', costUsd: 0.08 }, '1A Edit src/a.ts ($0.08)'],
    [{ type: 'session-progressed', task: 'stage-2', doing: 'Read\nb.ts', costUsd: null }, 'stage 2 Read b.ts'],
    [{ type: 'command-running', task: '1A', command: 'npm test' }, '1A running npm test'],
    [
      { type: 'waiting', task: null, reason: 'limit', until: storyStart + 60_000, detail: '' },
      'waiting for the limit until 14:01 (in 1m 00s)',
    ],
    [
      { type: 'waiting', task: '1A', reason: 'retry', until: storyStart + 5000, detail: 'overloaded' },
      '1A waiting to try again until 14:00 (in 5s): overloaded',
    ],
    [{ type: 'noticed', text: 'something\u001b[1m odd' }, 'something odd'],
  ]
  it.each(table)('%j', (progress, sentence) => {
    expect(progressSentence(progress, moment)).toBe(sentence)
  })
})

describe('problems in words', () => {
  const problem = (part: Partial<Problem>): Problem => ({ file: 'milestones/1A.md', line: 1, column: 1, message: 'm', hint: null, ...part })

  it('names the place, then the hint, and counts', () => {
    const text = problemsText(
      [
        problem({ file: 'milestones/1B.md', line: 3, column: 5, message: 'unknown key "prio"', hint: 'Did you mean priority?' }),
        problem({ message: 'there are no exit criteria' }),
        problem({ file: '--milestone', line: 0, column: 0, message: 'there is no milestone 9Z' }),
        problem({ file: '9Z', line: 0, column: 0, message: 'there is no task 9Z' }),
      ],
      { nothingStarted: true },
    )
    expect(text).toMatchInlineSnapshot(`
      "--milestone: there is no milestone 9Z
      there is no task 9Z
      milestones/1A.md:1:1: there are no exit criteria
      milestones/1B.md:3:5: unknown key "prio"
        Did you mean priority?

      4 problems in 4 files. Nothing was started."
    `)
  })

  it('fits on a screen', () => {
    const text = problemsText(
      Array.from({ length: 50 }, (_, i) => problem({ line: i + 1 })),
      { nothingStarted: true },
    )
    expect(text.split('\n').length).toBeLessThanOrEqual(24)
    expect(text).toContain('and 30 more')
    expect(text).toContain('50 problems. Nothing was started.')
  })
})

describe('failures in words', () => {
  it('says what happened and what to do', () => {
    const setup = { reason: 'setup-failed', command: 'npm ci', output: 'line 1\n\u001b[31mline 2' } as const
    expect(failureText(setup, { indent: '  ' })).toBe(
      '  the setup command failed: npm ci\n  line 1\n  line 2\n    Correct worktree.setup in .orchestratorrc.json',
    )
    expect(failureLine(setup)).toBe('the setup command failed: npm ci')
  })
})

describe('amounts', () => {
  it.each([
    [0, '0s'],
    [999, '0s'],
    [65_000, '1m 05s'],
    [3_599_999, '59m 59s'],
    [7_380_000, '2h 03m'],
    [90_000_000, '1d 01h'],
    [-5, '0s'],
    [Number.NaN, '0s'],
  ])('%i ms are %s', (ms, text) => {
    expect(duration(ms)).toBe(text)
  })

  it('says money, tokens and counts as people do', () => {
    expect([0, 0.004, 0.005, 0.12, 12.345].map(money)).toEqual(['$0.00', '<$0.01', '$0.01', '$0.12', '$12.35'])
    expect([0, 950, 12_400, 999_999, 1_240_000].map(tokenCount)).toEqual(['0', '950', '12.4k', '1.0M', '1.2M'])
    expect([counted(1, 'task'), counted(2, 'task'), counted(0, 'process', 'processes')]).toEqual(['1 task', '2 tasks', '0 processes'])
    expect(listed(['a', 'b', 'c'], 2)).toBe('a, b and 1 more')
  })

  it('says instants in the zone of the reader', () => {
    expect(timeOfDay(storyStart, 'America/New_York')).toBe('09:00:00')
    expect(localTime(storyStart, { now: storyStart, timeZone: 'Asia/Tokyo' })).toBe('23:00')
    expect(localTime(storyStart + 3_600_000, { now: storyStart, timeZone: 'Asia/Tokyo' })).toBe('Sun 22 Nov 00:00')
    expect(until(storyStart, { now: storyStart + 1, timeZone: 'UTC' })).toBe('14:00')
    expect(localTime(Number.NaN, moment)).toBe('an unknown time')
  })
})
