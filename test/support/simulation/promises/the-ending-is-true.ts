import { publicState } from '../../../../src/core/public-state.js'
import type { RunState } from '../../../../src/core/run-state.js'
import { isOutOfTheRunning } from '../../../../src/core/work.js'
import type { LifeOutcome } from '../evidence.js'
import type { Chapter, Kept } from './promise.js'

type Ended = LifeOutcome & { kind: 'ended' }

/** The word that a run ends with is the truth, and what fails is told as what it is. */
export const theEndingIsTrue: Kept = ({ evidence, outcome, folded }) => {
  if (outcome.kind === 'bug') return [outcome.detail]
  if (outcome.kind === 'store-failed' && !evidence.surroundingsFailed && outcome.failure.reason !== 'git-failed')
    return ['nothing had failed']
  if (outcome.kind !== 'ended' || folded === null) return []
  const wrong = [...saidToBeAtWork(folded), ...(folded.ending === outcome.ending ? [] : [`the state says ${folded.ending}`])]
  return [...wrong, ...whyUntrue(outcome, folded, evidence)].map((text) => `${outcome.ending}: ${text}`)
}

const saidToBeAtWork = (state: RunState): readonly string[] =>
  Object.values(state.work)
    .filter((work) => ['working', 'checking', 'reviewing'].includes(publicState(state, work)))
    .map((work) => `${work.id} is said to be at work`)

function whyUntrue({ ending, failure }: Ended, state: RunState, evidence: Chapter['evidence']): readonly string[] {
  const unless = (isTrue: boolean, text: string): readonly string[] => (isTrue ? [] : [text])
  switch (ending) {
    case 'done':
      return whatIsLeft(state)
    case 'failed':
      return unless(
        state.stages.some((s) => s.phase === 'failed'),
        'no stage failed',
      )
    case 'needs-person':
      return unless(failure !== null, 'nobody says why')
    case 'paused':
      return unless(failure?.reason === 'limit-reached' || failure?.reason === 'budget-reached', 'no limit and no budget was reached')
    case 'interrupted':
      return unless(evidence.stopAsked, 'nobody asked for a stop')
    case 'surroundings':
      return unless(evidence.surroundingsFailed, 'nothing in the surroundings failed')
  }
}

const whatIsLeft = (state: RunState): readonly string[] => [
  ...state.stages.filter((s) => s.phase !== 'done').map((s) => `stage ${s.stage} is ${s.phase}`),
  ...Object.values(state.work)
    .filter((w) => w.phase !== 'merged' && !(w.optional && isOutOfTheRunning(w)))
    .map((w) => `${w.id} is ${w.phase}`),
]
