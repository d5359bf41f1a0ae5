import type { Failure } from '../core/failure.js'
import type { Problem } from '../core/problem.js'

/** Bad news before anything was started: in files that a person wrote, or in the surroundings. */
export type Trouble =
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] }
  | { readonly kind: 'failure'; readonly failure: Failure }

export const asFailure = (failure: Failure): Trouble => ({ kind: 'failure', failure })
export const asProblems = (problems: readonly Problem[]): Trouble => ({ kind: 'problems', problems })

/** What was typed names something that is not there: the message says it all, there is no file to point into. */
export const asWrongName = (name: string, message: string, hint: string): Trouble =>
  asProblems([{ file: name, line: 0, column: 0, message, hint }])
