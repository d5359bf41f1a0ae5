import { describe, expect, it } from 'vitest'
import type { Fact, RecordedFact } from '../../src/core/fact.js'
import { objectionsIn } from '../../src/core/objections.js'
import { reportOf } from '../../src/core/report.js'
import type { ReportContext } from '../../src/core/reported-task.js'
import type { Finding, Verdict } from '../../src/core/verdict.js'
import { begun, folded, recorded, reviewed, runStarted, type Story, stageStarted, storyEnd, usage } from '../support/facts.js'
import { aCheckResult, aMilestone, aVerdict } from '../support/work.js'

const finding = (id: string, part: Partial<Finding> = {}): Finding => ({
  ...{ id, severity: 'major', file: 'a.ts', line: 1, title: `Claim ${id}`, detail: '' },
  ...part,
})

const given = (review: number, verdict: Partial<Verdict>, task = '1A'): Fact => ({
  ...{ type: 'review-given', task, review, commit: `commit-${review}`, usage: usage(0.01, 1) },
  verdict: aVerdict({ approved: false, ...verdict }),
})

const milestones = [aMilestone({ id: '1A', tasks: ['Do it'] }), aMilestone({ id: '1B' })]
const start: Story = [runStarted(milestones), stageStarted(1, milestones), ...begun('1A'), 60, ...reviewed('1A'), 5]

const ends = (...facts: readonly Fact[]) => objections(...facts).map((o) => [o.task, o.id, `${o.from}-${o.until}`, o.end.kind])
const objections = (...facts: readonly Fact[]) => objectionsIn(recorded([runStarted(milestones), stageStarted(1, milestones), ...facts]))

const answered = (id: string, changed: boolean): Fact => ({
  ...{ type: 'attempt-finished', task: '1A', attempt: 2, step: 'remediate', session: 's', commit: changed ? 'other' : 'same' },
  ...{ changed, usage: usage(0.01, 1), answers: [{ id, reason: 'It is meant so' }] },
})

describe('what reviews objected to', () => {
  it('is closed by the commit whose review does not say it any more', () => {
    const said = objections(given(1, { findings: [finding('x'), finding('y')] }), given(2, { findings: [finding('y')] }))
    expect(said.map((o) => [o.id, o.end])).toEqual([
      ['x', { kind: 'closed', commit: 'commit-2' }],
      ['y', { kind: 'open' }],
    ])
  })

  it('that was answered, and that the next review leaves out, ends with the answer', () => {
    const said = objections(given(1, { findings: [finding('x')] }), answered('x', false), given(2, { approved: true }))
    expect(said.map((o) => o.end)).toEqual([{ kind: 'answered', reason: 'It is meant so' }])
    const repeated = { findings: [finding('x')] }
    expect(ends(given(1, repeated), answered('x', false), given(2, repeated))).toEqual([['1A', 'x', '1-2', 'open']])
  })

  it('is overruled where a person takes the work all the same', () => {
    const decided: Fact = { type: 'merge-decided', task: '1A', commit: 'commit-1', note: 'it is urgent' }
    const said = objections(given(1, { findings: [finding('x')] }), decided)
    expect(said.map((o) => o.end)).toEqual([{ kind: 'overruled', note: 'it is urgent' }])
  })

  it('by one review of several of a round is closed only by a whole round without it', () => {
    const panel = { panel: { lenses: ['correctness', 'security'], quorum: 2 } } as const
    const by = (lens: 'correctness' | 'security', review: number, findings: readonly Finding[]): Fact => ({
      ...given(review, { approved: findings.length === 0, findings }),
      ...{ ...panel, lens },
    })
    const round = [by('correctness', 1, []), by('security', 1, [finding('x')])]
    expect(ends(...round, by('correctness', 2, []))).toEqual([['1A', 'x', '1-1', 'open']])
    expect(ends(...round, by('correctness', 2, []), by('security', 2, []))).toEqual([['1A', 'x', '1-1', 'closed']])
  })

  it('that comes back is open again, from the review that said it first', () => {
    const said = { findings: [finding('x')] }
    expect(ends(given(1, said), given(2, {}), given(3, said))).toEqual([['1A', 'x', '1-3', 'open']])
  })

  it('and is left when the work is approved is deferred', () => {
    const findings = [finding('x', { severity: 'nit' })]
    expect(ends(given(1, { approved: true, findings }))).toEqual([['1A', 'x', '1-1', 'deferred']])
  })

  it('is an unmet criterion as well, which is closed when it is met', () => {
    const criterion = { n: 2, met: false, evidence: 'nowhere', file: null, line: null }
    expect(ends(given(1, { criteria: [criterion] }), given(2, { approved: true, criteria: [{ ...criterion, met: true }] }))).toEqual([
      ['1A', 'criterion-2', '1-1', 'closed'],
    ])
  })

  it('of the review of a stage is about the task that it names, else about nobody alone', () => {
    const findings = [finding('x', { task: aMilestone({ id: '1B' }).id }), finding('y')]
    expect(ends(given(1, { findings }, 'stage-1'), given(1, {}, '1A'))).toEqual([
      ['1B', 'x', '1-1', 'open'],
      [null, 'y', '1-1', 'open'],
    ])
  })
})

const report = (more: Story, context: Partial<ReportContext> = {}) => {
  const story = [...start, ...more]
  return reportOf(folded(story), recorded(story), {
    now: storyEnd(story),
    running: false,
    changes: new Map(),
    milestonesDir: 'milestones',
    ...context,
  })
}

describe('a report', () => {
  it('of a run that was cut off ends with the last thing that was written down', () => {
    const cut = report([], { now: storyEnd(start) + 3_600_000 })
    expect(cut.run).toMatchObject({ outcome: 'interrupted', endedAt: null, durationMs: 70_000 })
    expect(report([30], { running: true }).run).toMatchObject({ outcome: 'running', durationMs: 105_000 })
  })

  it.each<[string, Story, object]>([
    [
      'is waited for until it is lifted',
      [100, { type: 'limit-lifted', account: 'default' }],
      { waitedMs: 100_000, until: expect.any(String) },
    ],
    ['and is still closed is waited for until now', [40], { waitedMs: 40_000, until: null }],
    ['and was never lifted was waited for until its end', [9000], { waitedMs: 600_000, until: null }],
  ])('tells how long a limit that %s', (_, later, limit) => {
    const until = storyEnd(start) + 600_000
    const hit: Fact = { type: 'limit-hit', account: 'default', until, window: 'five_hour', guessed: false }
    expect(report([hit, ...later]).limits).toMatchObject([{ account: 'default', window: 'five_hour', ...limit }])
  })

  it('tells a combination that was red, and whether the task got over it', () => {
    const red: Fact = {
      ...{ type: 'combination-refused', task: '1A', onto: 'tip' },
      results: [aCheckResult({ command: 'make', passed: false }), aCheckResult({ command: 'true' })],
    }
    const combined: Fact = {
      ...{ type: 'tasks-combined', stage: 1, tip: 'new', results: [], complete: false },
      merges: [{ task: aMilestone({ id: '1A' }).id, commit: 'merge' }],
    }
    expect(report([red]).conflicts).toMatchObject([{ task: '1A', kind: 'red', subjects: ['make'], resolved: false }])
    const resolved = [red, { type: 'base-joined', task: '1A', onto: 'tip', commit: 'joined' }, combined] as const
    expect(report(resolved).conflicts).toMatchObject([{ resolved: true }])
  })

  it('holds everything that it tells of a task, also of one that was not begun', () => {
    const change = { files: 1, insertions: 2, deletions: 3, commits: [] }
    const [stage] = report([], { changes: new Map([['1A', change]]) }).stages
    expect(stage?.tasks).toMatchObject([
      { id: '1A', state: 'approved', asked: ['Do it'], attempts: 1, reviews: 1, costUsd: expect.closeTo(0.12), change },
      { id: '1B', state: 'pending', attempts: 0, durationMs: 0, change: null, branch: null },
    ])
  })

  it('costs what the ledger says', () => {
    const facts: readonly RecordedFact[] = recorded(start)
    expect(report([]).cost.total.costUsd).toBeCloseTo(facts.reduce((sum, f) => sum + ('usage' in f ? f.usage.costUsd : 0), 0))
  })
})
