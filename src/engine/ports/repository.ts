import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import type { MilestoneId } from '../../core/milestone.js'
import type { NamedPlace } from '../../core/named-place.js'
import type { Result } from '../../core/result.js'
import type { Workspace } from '../../core/work.js'

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

/** Git, as far as the engine needs it. Nothing here runs a hook of the repository. Each call may be repeated: one that finds its work done is content. */
export interface Repository {
  /** Bytes that the files of a commit take in a worktree. */
  checkoutSize(commit: CommitId): Promise<Result<number, Failure>>
  branchTip(branch: string): Promise<Result<CommitId, Failure>>
  /** Makes branch and worktree, or takes over those that are there. */
  openWorkspace(workspace: Workspace): Promise<Result<void, Failure>>
  /** A worktree without a branch for the integration of a stage; or moves the one that is there. Uncommitted files in it are overwritten. */
  openScratch(path: string, commit: CommitId): Promise<Result<void, Failure>>
  /** Removes a worktree whose work is in `mergedInto`, or makes a spare of it; one with other edits in it is kept and that is the answer: false. */
  closeWorkspace(workspace: Workspace, mergedInto: CommitId): Promise<Result<boolean, Failure>>
  /** Removes a scratch worktree, or makes a spare of it. */
  closeScratch(path: string): Promise<Result<void, Failure>>
  /**
   * From now on so many closed worktrees are kept, as spares of which those that are opened next are made; what is spare beyond that is
   * removed. None before the first call.
   * @returns how many there are
   */
  keepSpares(most: number): Promise<Result<number, Failure>>
  /** Sees to it that there is a spare, made beside `near` at a commit; nothing where a worktree is made in no time. */
  prepareSpare(near: string, commit: CommitId): Promise<Result<void, Failure>>
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
   * @param place `now`: what a snapshot just showed there; absent: it is looked at
   * @returns the files that differed
   */
  putBack(
    place: { path: string; branch: string | null; now?: string | undefined },
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
