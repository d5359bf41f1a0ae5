import { isTelling, type ReviewRound, trendOf, trendWords } from '../core/review-history.js'
import { shortCommit } from '../core/short-commit.js'
import type { Work } from '../core/work.js'
import { harmlessLine } from './harmless-markdown.js'

/** How the reviews of a piece of work went from round to round, and what did away with each finding; empty where none held it back. */
export function reviewCourse({ history }: Work): string {
  if (!isTelling(trendOf(history))) return ''
  const closed = history.flatMap((round, i) => round.closed.map((c) => closedLine(c, round, history[i - 1])))
  return [`Reviews: ${trendWords(trendOf(history))}.`, ...(closed.length === 0 ? [] : [closed.join('\n')])].join('\n\n')
}

function closedLine({ id, by }: ReviewRound['closed'][number], round: ReviewRound, before: ReviewRound | undefined): string {
  const title = before?.findings.find((f) => f.id === id)?.title ?? ''
  const how = by === 'answer' ? 'by an answer that the review accepts' : `by ${shortCommit(round.commit)}`
  return `- ${id} ${harmlessLine(title)} — closed ${how}`
}
