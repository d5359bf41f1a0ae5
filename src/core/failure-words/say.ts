import type { Failure, FailureReason } from '../failure.js'

/** A failure in words: what happened, and what to type or do next. */
export interface FailureWords {
  readonly message: string
  readonly hint: string | null
  /** To be typed one after the other at the top of the repository, where more than a hint is needed; absent: none. */
  readonly commands?: readonly string[]
}

/** What a hint tells the person to type, about the task whose failure it is. */
export interface Typed {
  /** Null: it is the run's. */
  readonly task: string | null
  readonly logs: string
  readonly retry: string
}

/** How failures of these reasons are said. */
export type WordsFor<Reason extends FailureReason> = {
  readonly [R in Reason]: (failure: Failure & { readonly reason: R }, typed: Typed) => FailureWords
}

export const say = (message: string, hint: string | null = null): FailureWords => ({ message, hint })
