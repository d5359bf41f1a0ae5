import { allPassed } from '../../../../src/core/check.js'
import { isMet } from '../../../../src/core/evidence.js'
import { wholeOf } from '../../../../src/core/fact.js'
import { stageOf, tasksOf } from '../../../../src/core/run-state.js'
import { changedPaths, sameTree } from '../memory-git.js'
import type { Scenario } from '../scenario.js'
import { type Kept, ofFacts, type Step, together } from './promise.js'
import { reviewsAreReal } from './reviews-are-real.js'

/** An implementer that changed nothing is no success, unless the milestone says so; git says whether it did. */
const anEmptyDiffIsNoSuccess = ofFacts(({ before, fact }, { evidence: { git } }) => {
  if (fact.type !== 'attempt-finished' || fact.step !== 'implement') return null
  const work = before.work[fact.task]
  const isEmpty = sameTree(git.get(fact.commit).tree, git.get(work?.workspace?.base ?? fact.commit).tree)
  return isEmpty && work?.milestone?.allowEmpty !== true ? `${fact.task} changed nothing` : null
})

/** What a verdict holds for met was looked after, and each place that it names is there at the commit that was judged. */
const evidenceIsTrue = ofFacts(({ fact }, { evidence: { git } }) => {
  if (fact.type !== 'review-given') return null
  const { tree } = git.get(fact.commit)
  const wrong = fact.verdict.criteria.filter(
    (c) => c.met && !(c.shown ?? []).some((e) => e.kind !== 'place' || isThere(tree[e.file], e.line)),
  )
  return wrong.length === 0 ? null : `${fact.task} has criterion ${wrong.map((c) => c.n).join()} met by nothing`
})

const isThere = (text: string | undefined, line: number | null): boolean => text !== undefined && text.split('\n').length >= (line ?? 1)

/** Only what was checked, reviewed and approved as it stands is merged. */
const tasksAreProved = ofFacts((step, { evidence }) => {
  if (step.fact.type !== 'tasks-combined') return null
  const unproved = step.fact.merges.flatMap(({ task }) => {
    const why = whyUnproved(step, task, evidence.scenario)
    return why === null ? [] : [`${task} was merged ${why}`]
  })
  return unproved.length === 0 ? null : unproved.join('; ')
})

function whyUnproved({ before }: Step, task: string, { config }: Scenario): string | null {
  const work = before.work[task]
  if (work === undefined || work.milestone === null) return 'and is no task'
  if (work.phase !== 'approved') return `as ${work.phase}`
  if (work.checkedCommit !== work.head) return 'at another commit than the one that was checked'
  if (!allPassed(work.checks)) return 'with failing checks'
  if (work.milestone.approval && !work.approvedByPerson) return "without a person's approval"
  const isReviewed = config.review.enabled && !before.withoutReview && config.review.scope.includes('task')
  if (isReviewed && work.verdict?.approved !== true) return 'without an approving review'
  const unmet = work.milestone.criteria.filter((c) => (c.command !== null || isReviewed) && !isMet(work, c))
  return unmet.length === 0 ? null : `with criterion ${unmet.map((c) => c.n).join()} unmet`
}

/** The whole of a stage lands as it was checked, and as it was reviewed where that is wanted. */
const theStageIsProvedToo = ofFacts(({ before, fact }, { evidence }) => {
  if (fact.type !== 'stage-landed' || fact.from === fact.to) return null
  const whole = before.work[wholeOf(fact.stage)]
  if (whole === undefined || whole.phase !== 'approved' || whole.head !== fact.to) return 'the stage was not approved as it landed'
  if (whole.checkedCommit !== whole.head || !allPassed(whole.checks)) return 'the stage landed unchecked'
  const { review } = evidence.scenario.config
  const merged = tasksOf(before, fact.stage).filter((t) => t.mergeCommit !== null)
  const isInScope = review.scope.includes('stage') && (merged.length > 1 || !review.scope.includes('task'))
  const isWanted = review.enabled && !before.withoutReview && isInScope
  return isWanted && whole.verdict?.approved !== true ? 'the stage landed without an approving review' : null
})

/** A milestone that names its paths keeps to them. */
const tasksKeepToTheirPaths = ofFacts(({ before, fact }, { evidence: { git } }) => {
  if (fact.type !== 'tasks-combined') return null
  const onto = stageOf(before, fact.stage).integration ?? ''
  const strayed = fact.merges.flatMap(({ task }) => {
    const work = before.work[task]
    const paths = work?.milestone?.paths ?? []
    if (paths.length === 0 || work?.head == null) return []
    const base = git.mergeBase(onto, work.head) ?? ''
    const changed = changedPaths(git.get(base).tree, git.get(work.head).tree)
    return changed.filter((file) => !paths.some((path) => file.startsWith(path))).map((file) => `${task} changed ${file}`)
  })
  return strayed.length === 0 ? null : strayed.join(', ')
})

/** Commits exist, commands passed, and each criterion was judged met by a session that did not write the code. */
export const doneIsProved: Kept = together(
  anEmptyDiffIsNoSuccess,
  evidenceIsTrue,
  tasksAreProved,
  theStageIsProvedToo,
  tasksKeepToTheirPaths,
  reviewsAreReal,
)
