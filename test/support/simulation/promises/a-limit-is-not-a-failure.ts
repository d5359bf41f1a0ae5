import { type Kept, ofFacts, together } from './promise.js'

/** It burns no attempt, no failure and no setback. */
const itBurnsNothing = ofFacts(({ before, fact, after }) => {
  if ((fact.type !== 'attempt-interrupted' && fact.type !== 'review-interrupted') || (fact.cause !== 'limit' && fact.cause !== 'budget'))
    return null
  const [was, is] = [before.work[fact.task], after.work[fact.task]]
  if (was === undefined || is === undefined || is.open === null) return `${fact.task} cannot go on`
  const same = was.failures === is.failures && was.setbacks === is.setbacks && was.attempts === is.attempts && !is.open.again
  return same ? null : `${fact.task} pays for it`
})

/** A session that a limit ended is told of as just that. */
const itIsToldAsOne: Kept = ({ evidence }) =>
  evidence.program.invocations
    .filter((i) => i.end === 'limited' && i.told !== null && !/^(attempt|review)-interrupted$/.test(i.told))
    .map((i) => `the limit of ${i.task} ${i.step} ${i.number} is told as ${i.told}`)

/** While the account is known to be closed, no session is begun. */
const closedMeansClosed = ofFacts(({ before, fact }) => {
  if (fact.type !== 'attempt-started' && fact.type !== 'review-started') return null
  const limit = before.limits[fact.account]
  if (limit === undefined || limit.until <= Date.parse(fact.at)) return null
  return `${fact.task} did not wait until ${new Date(limit.until).toISOString()}`
})

/** A limit burns no retry, fails no task, and holds every start until it resets. */
export const aLimitIsNotAFailure = together(itBurnsNothing, itIsToldAsOne, closedMeansClosed)
