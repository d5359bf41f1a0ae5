import { type WorkId, wholeOf } from './fact.js'
import { type RunState, tasksOf } from './run-state.js'
import { deferredBy, type Finding } from './verdict.js'
import type { Work } from './work.js'

/** A finding that an approval left to be done later, and whose work it is about. */
export interface Deferred {
  readonly task: WorkId
  readonly finding: Finding
}

/** What the reviews of a stage's merged work found and did not hold it back for, in plan order, the whole's last; each finding once. */
export function deferredIn(state: RunState, stage: number): readonly Deferred[] {
  const whole = state.work[wholeOf(stage)]
  const works = [...tasksOf(state, stage).filter(isIn), ...(whole === undefined ? [] : [whole])]
  const all = works.flatMap((work) => deferredBy(work.verdict).map((finding) => ({ task: work.id, finding })))
  return all.filter(({ finding }, i) => all.findIndex((other) => other.finding.id === finding.id) === i)
}

const isIn = ({ phase }: Work): boolean => phase === 'combined' || phase === 'merged'

/** Where what a stage deferred is written, relative to the repository: the plan takes no notice of that folder. @param dir of the milestones */
export const deferredFile = (dir: string, stage: number): string => `${dir === '.' ? '' : `${dir}/`}_next/stage-${stage}.md`
