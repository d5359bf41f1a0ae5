import { type Evidence, evidenceFor, evidenceOf, isMet } from './evidence.js'
import { type CommitId, type RecordedFact, type RunEnding, type WorkId, wholeOf } from './fact.js'
import type { Failure } from './failure.js'
import { describeFailure, type FailureWords } from './failure-words.js'
import { type LedgerEntry, type LedgerSum, ledgerOf, sumBy, sumOf } from './ledger.js'
import { conflictsIn, type MetConflict } from './met-conflicts.js'
import { limitsIn, type MetLimit } from './met-limits.js'
import { type Objection, objectionsIn } from './objections.js'
import { publicState, type TaskStateName } from './public-state.js'
import type { RunState, StageState } from './run-state.js'
import type { Work } from './work.js'

/** What git tells of the change that a task brought, or has on its branch. */
export interface ChangeSummary {
  readonly files: number
  readonly insertions: number
  readonly deletions: number
  readonly commits: readonly { readonly commit: CommitId; readonly subject: string }[]
}

/** An exit criterion and why it counts as met, or that it does not. */
export interface ReportedCriterion {
  readonly n: number
  readonly text: string
  readonly met: boolean
  readonly evidence: readonly Evidence[]
  readonly words: string
}

export interface ReportedTask {
  readonly id: WorkId
  readonly title: string
  readonly state: TaskStateName
  readonly optional: boolean
  /** What the milestone asks for: its tasks, as they stand there. */
  readonly asked: readonly string[]
  readonly criteria: readonly ReportedCriterion[]
  readonly attempts: number
  readonly rounds: number
  readonly reviews: number
  /** What reviews of the merged stage found in what it brought. */
  readonly stageFindings: number
  readonly costUsd: number
  readonly estimatedUsd: number
  /** From its first step to its end or now. Milliseconds. */
  readonly durationMs: number
  readonly branch: string | null
  readonly mergeCommit: CommitId | null
  /** Null: there is none, or git could not tell. */
  readonly change: ChangeSummary | null
  readonly failure: FailureWords | null
}

export interface ReportedStage {
  readonly stage: number
  readonly state: StageState['phase']
  readonly tasks: readonly ReportedTask[]
  /** What the person's branch moved from and to; null: it has not moved. */
  readonly landed: { readonly from: CommitId; readonly to: CommitId } | null
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

export interface ReportContext {
  /** Epoch milliseconds. */
  readonly now: number
  /** Somebody carries the run out. */
  readonly running: boolean
  readonly changes: ReadonlyMap<WorkId, ChangeSummary>
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
  return {
    id: state.run,
    outcome: running ? 'running' : (state.ending ?? 'interrupted'),
    startedAt: state.startedAt,
    endedAt: running ? null : state.endedAt,
    durationMs: Math.max(0, last - Date.parse(state.startedAt)),
    baseBranch: state.baseBranch,
    baseCommit: state.baseCommit,
    headCommit: state.stages.flatMap((s) => s.landed ?? []).at(-1)?.to ?? state.baseCommit,
    rehearsal: state.rehearsal,
    withoutReview: state.withoutReview,
    failure: running ? null : inWords(state.failure, null),
  }
}

const inWords = (failure: Failure | null, task: WorkId | null): FailureWords | null =>
  failure === null ? null : describeFailure(failure, task)

function stagePart(state: RunState, stage: StageState, context: ReportContext): ReportedStage {
  const whole = state.work[wholeOf(stage.stage)]
  const isTold = whole !== undefined && whole.reviews + whole.attempts > 0
  return {
    stage: stage.stage,
    state: stage.phase,
    tasks: stage.tasks.flatMap((id) => state.work[id] ?? []).map((work) => taskPart(state, work, context)),
    landed: stage.landed,
    whole: isTold ? { state: publicState(state, whole), reviews: whole.reviews, rounds: whole.rounds, costUsd: whole.usage.costUsd } : null,
    failure: inWords(stage.failure, wholeOf(stage.stage)),
  }
}

function taskPart(state: RunState, work: Work, { now, running, changes }: ReportContext): ReportedTask {
  const { id, title, optional, attempts, rounds, reviews, usage, mergeCommit } = work
  const end = work.endedAt === null ? (running ? now : null) : Date.parse(work.endedAt)
  return {
    ...{ id, title, optional, attempts, rounds, reviews, mergeCommit },
    state: publicState(state, work),
    asked: work.milestone?.tasks ?? [],
    criteria: (work.milestone?.criteria ?? []).map((c) => ({
      ...{ n: c.n, text: c.text, met: isMet(work, c) },
      evidence: evidenceOf(work, c),
      words: evidenceFor(work, c),
    })),
    stageFindings: work.stageFindings.length,
    costUsd: usage.costUsd,
    estimatedUsd: usage.estimatedUsd ?? 0,
    durationMs: work.startedAt === null ? 0 : end === null ? usage.durationMs : Math.max(0, end - Date.parse(work.startedAt)),
    branch: work.workspace?.branch ?? null,
    change: changes.get(id) ?? null,
    failure: inWords(work.failure, id),
  }
}

const costPart = (ledger: readonly LedgerEntry[]): Report['cost'] => ({
  total: sumOf('total', ledger),
  byStep: sumBy(ledger, 'step'),
  byModel: sumBy(ledger, 'model'),
})
