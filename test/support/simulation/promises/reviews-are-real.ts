import type { RecordedFact } from '../../../../src/core/fact.js'
import { ofFacts, together } from './promise.js'

/** Reviews that were unreadable, asked for changes, or changed files themselves. */
const noApprovals: ReadonlySet<string | null> = new Set(['garbage', 'picky', 'strays', 'commits'])

/** A verdict that approves comes from a review that said so. */
const theyApprove = ofFacts(({ before, fact }, { evidence: { program } }) => {
  if (fact.type !== 'review-given' || !fact.verdict.approved) return null
  const session = before.work[fact.task]?.open?.session
  const review = program.invocations.findLast((i) => i.run === fact.run && i.step === 'review' && i.session === session)
  if (review === undefined) return `nobody reviewed ${fact.task}`
  return noApprovals.has(review.kind) ? `the review of ${fact.task} was of the kind: ${review.kind}` : null
})

/** A review that approved saw what is merged: since then nothing but what others had merged was added. */
const ofWhatIsMerged = ofFacts(({ before, fact }, { evidence }) => {
  if (fact.type !== 'tasks-combined') return null
  const facts = evidence.runs.find((run) => run.id === fact.run)?.facts ?? []
  const unseen = fact.merges.filter(
    ({ task }) => before.work[task]?.verdict != null && !wasSeen(facts, fact, task, before.work[task]?.head),
  )
  return unseen.length === 0 ? null : `nobody reviewed ${unseen.map((m) => m.task).join(', ')} as it is`
})

function wasSeen(facts: readonly RecordedFact[], until: RecordedFact, task: string, head: string | null | undefined): boolean {
  const story = facts.filter((f) => f.seq < until.seq && 'task' in f && f.task === task)
  const at = story.findLastIndex((f) => f.type === 'review-given')
  const later = story.slice(at + 1)
  if (later.some((f) => f.type === 'attempt-finished' && f.changed)) return false
  const seen = [story[at], ...later.filter((f) => f.type === 'base-joined')]
  return seen.some((f) => f !== undefined && 'commit' in f && f.commit === head)
}

/** What a review says counts only where it is readable, and only for what it saw. */
export const reviewsAreReal = together(theyApprove, ofWhatIsMerged)
