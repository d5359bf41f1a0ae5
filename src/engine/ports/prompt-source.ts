import type { Conflict, NudgeSubject, PromptSubject, RemediationSubject, ReviewSubject } from '../../core/prompt-subject.js'

/** Texts handed to agents. */
export interface PromptSource {
  implement(subject: PromptSubject): string
  remediate(subject: RemediationSubject): string
  resolve(subject: PromptSubject & Conflict): string
  review(subject: ReviewSubject): string
  /** The conversation was cut off: go on. */
  goOn(subject: PromptSubject): string
  reviewGoOn(subject: ReviewSubject): string
  /** Go on another way, or say what is in the way. */
  nudge(subject: NudgeSubject): string
}
