/** A milestone's id, `1A`: the stage's number and the task's letters. */
export type MilestoneId = string & { readonly __brand: 'MilestoneId' }

export type Priority = 'critical' | 'high' | 'medium' | 'low'

/** One bullet under Exit Criteria. `n` counts from 1. */
export interface Criterion {
  readonly n: number
  readonly text: string
  /** The command whose exit status decides, or null where the reviewer judges. */
  readonly command: string | null
}

/** One bullet under Entry Requirements; a command is run before the first session starts. */
export interface EntryRequirement {
  readonly text: string
  readonly command: string | null
}

/** What one `milestones/<stage><task>.md` asks for. Absent options are null: the config decides. */
export interface Milestone {
  readonly id: MilestoneId
  readonly stage: number
  readonly title: string
  /** Path relative to the repository, for messages. */
  readonly file: string
  /** The whole file as the person wrote it: what the agent is given. */
  readonly text: string
  /** SHA-256 of `text`. */
  readonly hash: string
  readonly entryRequirements: readonly EntryRequirement[]
  readonly tasks: readonly string[]
  readonly criteria: readonly Criterion[]
  readonly depends: readonly MilestoneId[]
  readonly priority: Priority
  /** Globs it may change; empty: anything. */
  readonly paths: readonly string[]
  readonly checks: readonly string[]
  readonly model: string | null
  readonly effort: string | null
  readonly timeoutMs: number | null
  readonly retries: number | null
  readonly budgetUsd: number | null
  readonly estimateMs: number | null
  /** The stage may pass without it. */
  readonly optional: boolean
  /** A person approves before the merge. */
  readonly approval: boolean
  /** Success without a change is success. */
  readonly allowEmpty: boolean
}

const idPattern = /^(\d+)([A-Z]+)$/

/** `12AB` → its two halves, or null when it is no milestone id. */
export function splitId(text: string): { stage: number; task: string } | null {
  const match = idPattern.exec(text)
  const stage = Number(match?.[1])
  return match?.[2] !== undefined && stage > 0 && Number.isSafeInteger(stage) ? { stage, task: match[2] } : null
}

export const asMilestoneId = (text: string): MilestoneId | null => (splitId(text) === null ? null : (text as MilestoneId))

/** Reading order: by stage, then A … Z, AA …. */
export function compareIds(a: string, b: string): number {
  const left = splitId(a)
  const right = splitId(b)
  if (left === null || right === null) return a < b ? -1 : a > b ? 1 : 0
  if (left.stage !== right.stage) return left.stage - right.stage
  if (left.task.length !== right.task.length) return left.task.length - right.task.length
  return left.task < right.task ? -1 : left.task > right.task ? 1 : 0
}
