import type { FindingAnswer } from '../core/review-history.js'

/** In UTF-16 units; a reason is a pointer, not an essay. */
const mostReason = 2000

/**
 * What a session says to findings in place of a change: lines `ANSWER <id>: reason` of its final text, as a list item or in bold too.
 * The last line about an id counts.
 */
export function readAnswers(text: string): readonly FindingAnswer[] {
  const answers = new Map<string, string>()
  for (const [, id = '', reason = ''] of text.matchAll(/^[ \t>*-]*ANSWER[ \t]+[`*]*([\w-]{1,64}?)[`*]*[ \t]*:[ \t*]*(\S.*)$/gm))
    answers.set(id, reason.trim().slice(0, mostReason))
  return [...answers].map(([id, reason]) => ({ id, reason }))
}
