import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import type { Result } from '../../core/result.js'

/** A request to take one branch into another, as people read it. */
export interface RequestText {
  readonly title: string
  /** Markdown. */
  readonly body: string
  readonly draft: boolean
}

/** One that is open. */
export interface OpenRequest {
  readonly number: number
  readonly url: string
}

/** What the checks of a commit say. */
export interface RemoteChecks {
  readonly passed: readonly string[]
  readonly failed: readonly string[]
  /** Under way, or wanted before a merge and not begun. */
  readonly pending: readonly string[]
}

/** Where pull requests live: GitHub's, or GitLab's merge requests. */
export interface Forge {
  /** The open one from a branch of the repository itself; null: there is none. */
  find(head: string): Promise<Result<OpenRequest | null, Failure>>
  create(branches: { head: string; base: string }, text: RequestText): Promise<Result<OpenRequest, Failure>>
  /** Title, text and target; whether it is a draft stays as it is. */
  update(request: OpenRequest, base: string, text: RequestText): Promise<Result<OpenRequest, Failure>>
  /** Those that the base branch demands, or where it demands none all that there are. */
  checksOf(commit: CommitId, base: string): Promise<Result<RemoteChecks, Failure>>
}

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT'

/** Asks a forge's REST interface. `path` is relative, without a slash in front. Bad news never holds a token. */
export type AskForge = (doing: string, method: Method, path: string, body?: object) => Promise<Result<unknown, Failure>>
