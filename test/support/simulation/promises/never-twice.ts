import type { RunState } from '../../../../src/core/run-state.js'
import type { Invocation } from '../agent-program.js'
import type { Evidence } from '../evidence.js'
import { mergedMilestones } from '../memory-repository.js'
import { type Kept, ofFacts, together } from './promise.js'

/** No milestone is merged twice. */
const mergedOnce: Kept = ({ evidence: { git } }) => {
  const merges = [...git.history(git.branches.get('main') ?? '')].flatMap((id) => {
    const { message } = git.get(id)
    return /^Orch-Milestone: /m.test(message) ? [/^Orch-Task: (.+)$/m.exec(message)?.[1] ?? ''] : []
  })
  return merges.filter((task, at) => merges.indexOf(task) !== at).map((task) => `${task} is merged more than once`)
}

/** No session starts while what an earlier one of the task has finished is not accounted for. */
const paidOnce: Kept = ({ starts }) =>
  starts.flatMap((s) => (s.unpaid === null ? [] : [`${s.task} ${s.step} ${s.number} began although ${s.unpaid} had finished`]))

/** Each session that starts was saved before. */
const savedBefore: Kept = ({ starts }) =>
  starts.flatMap((s) =>
    s.state.work[s.task]?.open?.session === s.session ? [] : [`${s.task} ${s.step} ${s.number} was started and not saved`],
  )

/** What the facts say that was paid is what the sessions were charged, also those that were cut off together with orch. */
const theBooksAreRight: Kept = ({ evidence, folded }) => {
  if (folded === null) return []
  const ofRun = evidence.program.invocations.filter((i) => i.run === folded.run && !isStillOpen(i, folded, evidence))
  const charged = ofRun.reduce((sum, i) => sum + i.used.costUsd, 0)
  const spent = Object.values(folded.work).reduce((sum, work) => sum + work.usage.costUsd, 0)
  return Math.round(spent * 100) === Math.round(charged * 100)
    ? []
    : [`${charged.toFixed(2)} was charged, and ${spent.toFixed(2)} is told of`]
}

/** Cut off with orch: it is counted when the run goes on. */
function isStillOpen(i: Invocation, folded: RunState, { program }: Evidence): boolean {
  const open = folded.work[i.task]?.open
  return i.told === null && open?.running === true && open.session === i.session && program.lastOf(i.run, i.task) === i
}

/** An attempt that a limit or a stop cut short goes on under its number. */
const attemptsKeepTheirNumber = ofFacts(({ before, fact }) => {
  if (fact.type !== 'attempt-started') return null
  const work = before.work[fact.task]
  const expected = work?.open != null && !work.open.again ? work.attempts : (work?.attempts ?? 0) + 1
  return fact.attempt === expected ? null : `attempt ${fact.attempt} in place of ${expected}`
})

/** What is merged stays merged: a new run would not do it again. */
const whatIsDoneIsDone: Kept = ({ evidence, outcome, folded }) => {
  if (outcome.kind !== 'ended' || outcome.ending !== 'done' || folded === null) return []
  const known = mergedMilestones(evidence.git, evidence.git.branches.get('main') ?? '')
  const merged = Object.values(folded.work).flatMap((w) => (w.phase === 'merged' ? (w.milestone?.id ?? []) : []))
  return merged.filter((id) => !known.has(id)).map((id) => `the next run would do ${id} again`)
}

/** Killed at any instant, orch goes on where it was: nothing is merged twice and no finished session is paid for twice. */
export const neverTwice = together(mergedOnce, paidOnce, savedBefore, theBooksAreRight, attemptsKeepTheirNumber, whatIsDoneIsDone)
