import type { AccountName } from '../core/account.js'
import type { Check, CheckResult } from '../core/check.js'
import type { Deferred } from '../core/deferred.js'
import type { CommitId, Fact, Progress, PublishedRequest, RecordedFact, WorkId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import type { Change } from '../core/leak.js'
import type { Lens } from '../core/lens.js'
import type { MachineSample } from '../core/machine.js'
import type { Milestone, MilestoneId } from '../core/milestone.js'
import type { NamedPlace } from '../core/named-place.js'
import type { Peak } from '../core/policy/need.js'
import type { ResolutionFaults } from '../core/policy/resolution.js'
import type { Problem } from '../core/problem.js'
import type { Result } from '../core/result.js'
import type { FindingAnswer, ReviewRound } from '../core/review-history.js'
import type { RunState } from '../core/run-state.js'
import type { SessionOutcome, SessionStep, Usage } from '../core/session.js'
import type { ReviewAnswer, Severity, Verdict } from '../core/verdict.js'
import type { Silence, Workspace } from '../core/work.js'

/** One session of the agent program. */
export interface SessionRequest {
  readonly run: string
  readonly task: string
  readonly step: SessionStep
  /** Chosen by orch, a UUID, saved before the start. */
  readonly session: string
  /** Continue that conversation instead of beginning it. */
  readonly resumes: boolean
  /** Told to the program as `ORCH_ATTEMPT` (of an attempt) or `ORCH_ROUND` (of a review), from 1. */
  readonly number: number
  readonly cwd: string
  /** Goes by standard input, however long. */
  readonly prompt: string
  /** May only read; must answer by this JSON schema. Null: a worker. */
  readonly answerSchema: object | null
  /** Who pays; `default`: the login that the program finds by itself. */
  readonly account: AccountName
  readonly model: string | null
  readonly effort: string | null
  readonly budgetUsd: number | null
  /** Models that the program may turn to when the service is overloaded; absent: none. */
  readonly fallbackModels?: readonly string[]
  /** Milliseconds of wall time, of silence, and of silence while a tool runs. */
  readonly timeoutMs: number
  readonly idleMs: number
  readonly toolIdleMs: number
  /** Further variables of its environment; absent: none. */
  readonly env?: Readonly<Record<string, string>>
}

/** A sign of life of a session. */
export interface SessionProgress {
  /** What it does now, in a few words: tool and file; null: as before. */
  readonly doing: string | null
  /** What it has used up to now, estimated until the program says it. */
  readonly used: Usage
  /** It tells of an answer of the model: the account is open and the service serves. */
  readonly answered: boolean
}

/** The program that does the work. Never rejects for an ordinary failure. */
export interface Agent {
  run(request: SessionRequest, hear: (progress: SessionProgress) => void, stop: AbortSignal): Promise<SessionOutcome>
  /**
   * What a session's saved transcript says of its end; null when it did not reach its end.
   * @param number the attempt's or review's: one conversation goes through several, and the end of an earlier one is none of this
   */
  recall(session: string, step: SessionStep, number: number): Promise<SessionOutcome | null>
  /**
   * What a session used up that was cut off together with orch, as far as its saved transcript tells; null: nothing is known.
   * @param since epoch milliseconds: what was started before then has been counted
   */
  spent(session: string, step: SessionStep, since: number): Promise<Usage | null>
  /** Stops a running session where it stands, its time limits too; false where that cannot be done. */
  freeze(session: string): Promise<boolean>
  /** Lets it go on. */
  thaw(session: string): Promise<void>
  /** Whether the program knows the conversation, as far as the transcript tells. */
  knows(session: string): Promise<boolean>
}

/** Runs checks, entry requirements and setup. */
export interface Commands {
  /** @param name where in the run's records the whole output is kept */
  run(
    check: Check,
    place: { cwd: string; name: string; env: Readonly<Record<string, string>> },
    stop: AbortSignal,
  ): Promise<Result<CheckResult, Failure>>
}

/** A file as a commit holds it. */
export interface TextFile {
  readonly path: string
  readonly text: string
}

export type MergeTrial =
  | {
      readonly kind: 'merged'
      readonly commit: CommitId
      /** Files that git could not merge and a program for their structure could; absent: none. */
      readonly structural?: readonly string[]
    }
  /** `tree` holds both sides between conflict markers. */
  | { readonly kind: 'conflict'; readonly files: readonly string[]; readonly tree: string; readonly notes: string }

/** A place in what was changed between two commits. */
export interface ChangedPlace extends NamedPlace {
  readonly since: CommitId
  readonly tip: CommitId
}

/** One file of a conflict: as it was, and on both sides. */
export interface ThreeSides {
  readonly path: string
  /** Empty: both sides added it. */
  readonly base: string
  readonly ours: string
  readonly theirs: string
}

/** Merges a file by its structure. Null: it cannot be done, and both sides stand. */
export type StructuralMerge = (file: ThreeSides) => Promise<string | null>

/** Git, as far as the engine needs it. Nothing here runs a hook of the repository. Each call may be repeated: one that finds its work done is content. */
export interface Repository {
  /** Bytes that the files of a commit take in a worktree. */
  checkoutSize(commit: CommitId): Promise<Result<number, Failure>>
  branchTip(branch: string): Promise<Result<CommitId, Failure>>
  /** Makes branch and worktree, or takes over those that are there. */
  openWorkspace(workspace: Workspace): Promise<Result<void, Failure>>
  /** A worktree without a branch for the integration of a stage; or moves the one that is there. Uncommitted files in it are overwritten. */
  openScratch(path: string, commit: CommitId): Promise<Result<void, Failure>>
  /** Removes a worktree whose work is in `mergedInto`; one with other edits in it is kept and that is the answer: false. */
  closeWorkspace(workspace: Workspace, mergedInto: CommitId): Promise<Result<boolean, Failure>>
  /** Removes a scratch worktree. */
  closeScratch(path: string): Promise<Result<void, Failure>>
  /** Copies the configured files into a worktree, mode kept. */
  copyEnvFiles(path: string, files: readonly string[]): Promise<Result<void, Failure>>
  /**
   * Commits everything in the worktree on its branch, what the agent committed itself kept below.
   * `evenIfEmpty`: a branch that is still at `since` gets a commit without a change, so that its merge can be told in git.
   * @returns the branch's tip and whether anything differs from `since`
   */
  commitWork(
    workspace: Pick<Workspace, 'branch' | 'path'>,
    commit: { message: string; since: CommitId; never: readonly string[]; evenIfEmpty?: boolean },
  ): Promise<Result<{ commit: CommitId; changed: boolean }, Failure>>
  /** Commits everything in a scratch worktree on top of `parent`, without moving a branch; `parent` itself when nothing changed. */
  commitScratch(path: string, commit: { message: string; parent: CommitId; never: readonly string[] }): Promise<Result<CommitId, Failure>>
  /** What a worktree holds now, as a tree: what is not committed or not tracked too, ignored files and env files not. */
  snapshot(path: string): Promise<Result<string, Failure>>
  /**
   * Puts a worktree back to a snapshot or to a commit's files, and HEAD and its branch (null: it has none) to the commit. What differed is kept reachable.
   * @returns the files that differed
   */
  putBack(
    place: { path: string; branch: string | null },
    before: { head: CommitId; tree: string },
  ): Promise<Result<readonly string[], Failure>>
  changedFiles(from: CommitId, to: CommitId): Promise<Result<readonly string[], Failure>>
  diff(from: CommitId, to: CommitId): Promise<Result<string, Failure>>
  /** In memory: no worktree, no hook, no filter, no merge driver. */
  tryMerge(onto: CommitId, commit: CommitId, message: string): Promise<Result<MergeTrial, Failure>>
  /** Puts both sides of a conflict into the task's clean worktree, markers included, for an agent to resolve. */
  layOutConflict(workspace: Workspace, onto: CommitId): Promise<Result<{ files: readonly string[]; notes: string }, Failure>>
  /** Commits a resolution as a merge of `onto` into the task's branch. Files that still hold markers are the bad news. */
  commitResolution(
    workspace: Workspace,
    commit: { message: string; onto: CommitId; files: readonly string[]; never: readonly string[] },
  ): Promise<Result<{ commit: CommitId } | { unresolved: readonly string[] }, Failure>>
  /** Moves a task's branch and its clean worktree to a commit made in memory on top of it; `branch-moved` when that would leave a commit out. */
  advanceWorkspace(workspace: Workspace, to: CommitId): Promise<Result<void, Failure>>
  /** One file's text at a commit; null when it is not there. */
  readFile(commit: CommitId, path: string): Promise<Result<string | null, Failure>>
  /** A commit on top of `parent` that changes these files; `parent` itself when nothing changes. */
  commitFiles(parent: CommitId, change: { files: readonly TextFile[]; message: string }): Promise<Result<CommitId, Failure>>
  /** Compare-and-swap; `from` null: it must not exist yet. Being at `to` already is success. */
  moveBranch(branch: string, from: CommitId | null, to: CommitId): Promise<Result<void, Failure>>
  /** Moves a person's branch, and the checkout that has it, if there is one, without touching an uncommitted edit. */
  land(branch: string, from: CommitId, to: CommitId, keptOn: string): Promise<Result<void, Failure>>
  /** The name of exactly the files that a commit holds: two commits with the same files have the same one. */
  treeOf(commit: CommitId): Promise<Result<string, Failure>>
  isAncestor(commit: CommitId, of: CommitId): Promise<Result<boolean, Failure>>
  /** The commit whose hash is or begins with `name`; null when there is none, or none in the history of `within`. */
  commitNamed(name: string, within: CommitId): Promise<Result<CommitId | null, Failure>>
  /** Which of these merges brought what stands at a place of `tip` (line null: in the file) and did not yet at `since`; none: it came another way. */
  broughtBy(place: ChangedPlace, merges: readonly CommitId[]): Promise<Result<readonly CommitId[], Failure>>
  /** Merge commits of milestones in a branch's history, by their trailers. */
  mergedMilestones(tip: CommitId): Promise<Result<ReadonlyMap<MilestoneId, { commit: CommitId; hash: string | null }>, Failure>>
}

/** New beginnings of tasks. */
export interface FreshStarts {
  /**
   * Puts a task's branch and its worktree back to `base`. What the branch and the worktree held stays under a ref of its own;
   * ignored files stay where they are. May be repeated.
   * @returns the ref; null: there was nothing beyond `base`
   */
  startAnew(workspace: Workspace, base: CommitId): Promise<Result<string | null, Failure>>
}

/** A worktree in which nobody works now. The stamp changes whenever orch itself or a session has worked in it since. */
export interface QuietPlace {
  readonly path: string
  readonly stamp: string
  /** False: it need not be looked at now; what changes in it is found when it is. */
  readonly isDue: boolean
}

/** Sees what changes outside of the worktrees in which sessions run: the person's checkout, quiet worktrees, refs, the stash. */
export interface Sentinel {
  /** What changed since the last look and was not done by orch itself; the first look finds nothing. */
  look(quiet: readonly QuietPlace[]): Promise<Result<readonly Change[], Failure>>
  /** What lies at these absolute paths, against what was there when it was last known. */
  inspect(paths: readonly string[]): Promise<Result<readonly Change[], Failure>>
  /** The changes as a patch, binary files included; commits that lost their name are kept reachable. */
  keep(changes: readonly Change[]): Promise<Result<string, Failure>>
}

/** The saved facts and the checkpoint. */
export interface Journal {
  readonly state: RunState
  /** Reduces, saves durably, then tells; in the order of the calls. */
  record(fact: Fact): Promise<RunState>
}

/** What a run leaves besides facts: prompts, transcripts, reviews, diffs. Paths are relative to the run's folder. */
export interface Records {
  write(path: string, text: string): Promise<void>
  read(path: string): Promise<string | null>
}

/** What earlier runs of the repository have found out. */
export interface EarlierRuns {
  /** Whether one of them saw all these commands pass on that very commit. */
  sawPass(commit: CommitId, commands: readonly string[]): Promise<boolean>
}

/** The milestone files as they are now. */
export interface MilestoneSource {
  read(): Promise<Result<readonly Milestone[], readonly Problem[]>>
}

/** What a person says to a run from another terminal. */
export interface Inbox {
  /** What `orch approve` was typed for the task with; null: it was not typed. */
  approvalOf(task: MilestoneId): Promise<{ readonly note: string | null } | null>
}

/** What a reviewing session must answer by, and how its answer is read. */
export interface ReviewFormat {
  readonly schema: object
  /** An answer that cannot be read is the bad news `review-unreadable`; never an approval. */
  read(structured: unknown, text: string): Result<ReviewAnswer, Failure>
  /** A verdict's unmet criteria and findings, for the implementer. */
  describe(verdict: Verdict): string
  /** What the final text of a session that mends says to findings in place of a change. */
  answers(text: string): readonly FindingAnswer[]
}

/** What is told in the repository itself: text before, text after. */
export interface Board {
  /** TASKS.md as the state tells it; everything outside the markers stays. */
  render(existing: string | null, state: RunState): string
  /** The milestone file with what a stage deferred; null: it deferred nothing, and there is none. */
  renderDeferred(existing: string | null, stage: number, deferred: readonly Deferred[]): string | null
}

/** Texts handed to agents. */
export interface PromptSource {
  implement(input: PromptInput): string
  /** @param input `redBefore`: commands that failed before the work began */
  remediate(
    input: PromptInput & { readonly checks: readonly CheckResult[]; readonly redBefore: readonly string[]; readonly findings: string },
  ): string
  resolve(input: PromptInput & ConflictInput): string
  review(input: ReviewInput): string
  /** The conversation was cut off: go on. */
  goOn(input: PromptInput): string
  reviewGoOn(input: ReviewInput): string
  /** The conversation hung and was ended for it: go on another way, or say what is in the way. */
  nudge(input: PromptInput & Silence): string
}

export interface PromptInput {
  readonly id: string
  readonly title: string
  /** The milestone files' texts: one for a task, all for the whole of a stage. */
  readonly milestones: readonly Milestone[]
  /** The repository's CLAUDE.md, or empty. */
  readonly projectRules: string
  readonly constraints: readonly string[]
}

/** A conflict, for whoever is to resolve it. */
export interface ConflictInput {
  readonly files: readonly string[]
  /** Of the tasks whose work stands on the other side. */
  readonly others: readonly Milestone[]
  /** Where both sides began, and each of them. */
  readonly base: CommitId
  readonly ours: CommitId
  readonly theirs: CommitId
  /** Why an earlier resolution was not taken; null: there was none. */
  readonly refusal: ResolutionFaults | null
}

export interface ReviewInput extends PromptInput {
  readonly base: CommitId
  readonly head: CommitId
  readonly diff: string
  readonly checks: readonly CheckResult[]
  readonly lens: Lens
  /** From which severity on findings hold the work back. */
  readonly bar: Severity
  /** Null: nobody has reviewed it yet. */
  readonly before: ReviewBefore | null
}

/** What a later review is told of the round before it. */
export interface ReviewBefore {
  readonly round: ReviewRound
  /** What was said to its findings since; nothing else that the implementer says reaches a reviewer. */
  readonly answers: readonly FindingAnswer[]
  /** What has changed since; null: others' work came in between, and nothing has to be told apart. */
  readonly diff: string | null
}

/** What runs on this machine have found out of an account. */
export type SharedLimit =
  | { readonly kind: 'closed'; readonly until: number; readonly window: string | null }
  /** It was closed, and at that instant (epoch ms) a session got through. */
  | { readonly kind: 'opened'; readonly at: number }

/**
 * Tells the runs of all repositories of a person on this machine of the limits that one of them has met. It is a help and
 * no truth: what cannot be read says nothing, what cannot be written is not told.
 */
export interface SharedLimits {
  /** Null: nobody knows anything. */
  read(account: AccountName): Promise<SharedLimit | null>
  close(account: AccountName, until: number, window: string | null): Promise<void>
  open(account: AccountName): Promise<void>
  /** Whether this run may be the first one to try an account again. @returns false while another run tries */
  tryFirst(account: AccountName): Promise<boolean>
}

export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Resolves at the instant, however far, or as soon as `stop` is aborted; and when the clock is set back, after as long as it would have taken. */
  sleepUntil(epochMs: number, stop: AbortSignal): Promise<void>
}

/** What each worktree has of this machine for itself: ports, a temporary folder, names. */
export interface Leases {
  /** The environment variables that tell of it; taken the first time, and the same from then on. */
  take(task: WorkId, place: string): Promise<Result<Readonly<Record<string, string>>, Failure>>
  /** The worktree is gone. */
  release(place: string): Promise<void>
}

/** Where worktrees and records lie. */
export interface Disk {
  /** So little room is left that nothing more should be started; what fails then fails for want of space. */
  isFull(): Promise<boolean>
  readonly path: string
}

/** The machine that everything runs on, looked at beside the work. */
export interface Machine {
  /** Looks now. */
  sample(): Promise<MachineSample>
  /** Hears a look every `resources.sample` until what is returned is called. */
  watch(hear: (sample: MachineSample) => void): () => void
}

/** What earlier sessions of the project took of the machine at most, by what they were for. */
export interface SessionPeaks {
  of(step: SessionStep): readonly Peak[]
  /** Remembers one more. Never rejects: what is not learnt is expected as before. */
  learn(step: SessionStep, peak: Peak): Promise<void>
}

/** Shows landed stages to others as pull requests. */
export interface Publisher {
  /** May be repeated: what is open is updated. `pull-request-red`: its checks failed, or did not end in time. */
  publish(state: RunState, stage: number, stop: AbortSignal): Promise<Result<readonly PublishedRequest[], Failure>>
}

/** Chance. */
export interface Chance {
  uuid(): string
  /** From 0 up to, not including, 1. */
  fraction(): number
}

/** Facts and progress, for views. Must not throw. */
export interface Listener {
  heard(fact: RecordedFact, state: RunState): void
  progressed(progress: Progress): void
}
