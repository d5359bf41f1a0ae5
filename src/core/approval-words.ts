import { orderedByHand, type Work } from './work.js'

/** What a person had to do with it that it is merged; null: nothing. */
export function approvalWords(work: Work): string | null {
  if (!work.approvedByPerson) return null
  const how = orderedByHand(work) === 'merge' ? "Merged by a person's decision, whatever the review says" : 'Approved by a person'
  return work.approvalNote === null ? `${how}.` : `${how}: ${work.approvalNote}`
}
