import fc from 'fast-check'
import type { Fact, RecordedFact } from '../../../src/core/fact.js'
import { reduce } from '../../../src/core/run-fold.js'
import type { RunState } from '../../../src/core/run-state.js'
import { noUsage } from '../../../src/core/session.js'

/** Two stages, three tasks. */
export const opening: Fact = {
  type: 'run-started',
  baseBranch: 'main',
  baseCommit: 'a'.repeat(40),
  withoutReview: false,
  rehearsal: false,
  selection: { stages: [], milestones: [] },
  stages: [
    { stage: 1, tasks: [task('1A'), task('1B')] },
    { stage: 2, tasks: [task('2A')] },
  ],
}

function task(id: string): Extract<Fact, { type: 'run-started' }>['stages'][number]['tasks'][number] {
  return { id: id as never, title: `Do ${id} – ünïcode, "quotes" and\nlines`, depends: [], optional: false, estimateMs: null }
}

export const closing: Fact = { type: 'run-ended', ending: 'done', failure: null }

const ids = ['1A', '1B', '2A'] as const

/** The nth of an endless row of facts, each of which fits after any other. */
export function nthFact(n: number): Fact {
  const id = ids[n % ids.length] ?? '1A'
  const usage = { ...noUsage, costUsd: n / 100, inputTokens: n }
  const made: readonly Fact[] = [
    {
      type: 'attempt-started',
      task: id,
      attempt: n,
      step: 'implement',
      session: `session-${n}`,
      resumes: false,
      account: 'default',
      model: null,
    },
    { type: 'attempt-interrupted', task: id, attempt: n, cause: 'limit', usage },
    { type: 'limit-hit', account: 'default', until: n * 1000, window: 'five_hour', guessed: n % 2 === 0 },
    { type: 'limit-lifted', account: 'default' },
    { type: 'workspace-opened', task: id, branch: `orch/x/${id}`, path: `/somewhere/${id}`, base: 'b'.repeat(40) },
    { type: 'task-failed', task: id, failure: { reason: 'agent-crashed', detail: `end ${n}` } },
    { type: 'task-retried', task: id, milestone: null },
    { type: 'workspace-closed', task: id },
  ]
  return made[n % made.length] ?? opening
}

/** Any row of facts that begins with an opening. */
export const anyStory: fc.Arbitrary<readonly Fact[]> = fc
  .array(fc.nat(10_000), { maxLength: 40 })
  .map((numbers) => [opening, ...numbers.map(nthFact)])

export const story = (length: number): Fact[] => [opening, ...Array.from({ length: length - 1 }, (_, n) => nthFact(n))]

/** The facts as the journal would record them, and the state that they amount to. */
export function plainFold(facts: readonly Fact[], run: string, at: string): RunState {
  const recorded = facts.map((fact, index): RecordedFact => ({ seq: index + 1, at, run, ...fact }))
  return recorded.reduce<RunState | null>(reduce, null) as RunState
}
