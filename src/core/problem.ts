/**
 * What is wrong in a file that a person wrote. Lines and columns count from 1; line 0: it is about the name itself (a folder,
 * a task, a flag), and the message says all.
 */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  /** What is wrong, in one sentence. */
  readonly message: string
  /** What to type or write instead. */
  readonly hint: string | null
}

/** Orders problems as a reader meets them. */
export const compareProblems = (a: Problem, b: Problem): number =>
  a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1
