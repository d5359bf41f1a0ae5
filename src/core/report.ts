import { deferredFile, deferredIn } from './deferred.js'
import { type CommitId, type RecordedFact, type RunEnding, type WorkId, wholeOf } from './fact.js'
import type { FailureWords } from './failure-words/say.js'
import { describeFailure } from './failure-words.js'
import { type LedgerEntry, type LedgerSum, ledgerOf, sumBy, sumOf } from './ledger.js'
import { conflictsIn, type MetConflict } from './met-conflicts.js'
import { limitsIn, type MetLimit } from './met-limits.js'
import { type Objection, objectionsIn } from './objections.js'
import { publicState } from './public-state.js'
import { inWords, type ReportContext, type ReportedTask, reportedTask } from './reported-task.js'
import type { RunState, StageState } from './run-state.js'

export interface ReportedStage {
  readonly stage: number
  readonly state: StageState['phase']
  readonly tasks: readonly ReportedTask[]
  /** It was merged, and a person had it undone. */
  readonly undone: boolean
  /** What the person's branch moved from and to; null: it has not moved. */
  readonly landed: { readonly from: CommitId; readonly to: CommitId } | null
  /** Checks that failed before the stage began, and those that failed and then passed on the same commit. */
  readonly redBefore: readonly string[]
  readonly flaky: readonly string[]
  /** Where what was deferred stands as a milestone file that may be adopted; null: nothing was. */
  readonly deferredFile: string | null
  /** The work on the merged stage as a whole; null: it was merged and nothing more. */
  readonly whole: Pick<ReportedTask, 'state' | 'reviews' | 'rounds' | 'costUsd'> | null
  readonly failure: FailureWords | null
}

/** A review whose session gave no verdict. */
export interface LostReview {
  readonly at: string
  readonly work: WorkId
  readonly why: string
}

/** One page about a run: what was asked, done, proved, refused, deferred, and what it took. Money in US dollars. */
export interface Report {
  readonly schemaVersion: 1
  readonly generatedAt: string
  readonly run: {
    readonly id: string
    readonly outcome: RunEnding | 'running'
    readonly startedAt: string
    readonly endedAt: string | null
    readonly durationMs: number
    readonly baseBranch: string
    readonly baseCommit: CommitId
    readonly headCommit: CommitId
    readonly rehearsal: boolean
    readonly withoutReview: boolean
    readonly failure: FailureWords | null
  }
  readonly stages: readonly ReportedStage[]
  readonly objections: readonly Objection[]
  readonly lostReviews: readonly LostReview[]
  readonly conflicts: readonly MetConflict[]
  readonly limits: readonly MetLimit[]
  readonly cost: {
    readonly total: LedgerSum
    readonly byStep: readonly LedgerSum[]
    readonly byModel: readonly LedgerSum[]
  }
}

/** Everything that a report tells, out of the saved facts and what they amount to. */
export function reportOf(state: RunState, facts: readonly RecordedFact[], context: ReportContext): Report {
  const ledger = ledgerOf(facts)
  return {
    schemaVersion: 1,
    generatedAt: new Date(context.now).toISOString(),
    run: runPart(state, facts, context),
    stages: state.stages.map((stage) => stagePart(state, stage, context)),
    objections: objectionsIn(facts),
    lostReviews: facts.flatMap((f) =>
      f.type === 'review-failed' ? [{ at: f.at, work: f.task, why: describeFailure(f.failure, f.task).message }] : [],
    ),
    conflicts: conflictsIn(facts),
    limits: limitsIn(facts, context.now),
    cost: costPart(ledger),
  }
}

function runPart(state: RunState, facts: readonly RecordedFact[], { now, running }: ReportContext): Report['run'] {
  // Cut off, it lasted as long as something was written down.
  const last = running ? now : Date.parse(state.endedAt ?? facts.at(-1)?.at ?? state.startedAt)
  const undone = state.stages.flatMap((s) => s.undone ?? [])
  return {
    id: state.run,
    outcome: running ? 'running' : (state.ending ?? 'interrupted'),
    startedAt: state.startedAt,
    endedAt: running ? null : state.endedAt,
    durationMs: Math.max(0, last - Date.parse(state.startedAt)),
    baseBranch: state.baseBranch,
    baseCommit: state.baseCommit,
    headCommit: undone[0]?.to ?? state.stages.flatMap((s) => s.landed ?? []).at(-1)?.to ?? state.baseCommit,
    rehearsal: state.rehearsal,
    withoutReview: state.withoutReview,
    failure: running ? null : inWords(state.failure, null),
  }
}

function stagePart(state: RunState, stage: StageState, context: ReportContext): ReportedStage {
  const whole = state.work[wholeOf(stage.stage)]
  const isTold = whole !== undefined && whole.reviews + whole.attempts > 0
  const works = stage.tasks.flatMap((id) => state.work[id] ?? [])
  const hasDeferred = stage.landed !== null && deferredIn(state, stage.stage).length > 0
  return {
    stage: stage.stage,
    state: stage.phase,
    tasks: works.map((work) => reportedTask(state, work, context)),
    undone: stage.undone !== null,
    landed: stage.landed,
    redBefore: (stage.base?.results ?? []).filter((r) => !r.passed).map((r) => r.command),
    flaky: [...new Set([...(stage.base?.flaky ?? []), ...works.flatMap((w) => w.flaky.map((f) => f.command))])],
    deferredFile: hasDeferred ? deferredFile(context.milestonesDir, stage.stage) : null,
    whole: isTold ? { state: publicState(state, whole), reviews: whole.reviews, rounds: whole.rounds, costUsd: whole.usage.costUsd } : null,
    failure: inWords(stage.failure, wholeOf(stage.stage)),
  }
}

const costPart = (ledger: readonly LedgerEntry[]): Report['cost'] => ({
  total: sumOf('total', ledger),
  byStep: sumBy(ledger, 'step'),
  byModel: sumBy(ledger, 'model'),
})
