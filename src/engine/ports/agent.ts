import type { AccountName } from '../../core/account.js'
import type { SessionOutcome, SessionStep, Usage } from '../../core/session.js'

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
