import { checkpointVersion, parseCheckpoint } from '../../../../src/adapters/store/checkpoint.js'
import { lastRun } from '../evidence.js'
import { type Kept, ofFacts, together } from './promise.js'

/** The state is a fold over the facts, and survives being written out and read back. */
const itIsAFold: Kept = ({ evidence, folded }) => {
  const live = lastRun(evidence)?.live ?? null
  const text = JSON.stringify(folded)
  if (JSON.stringify(live) !== text) return ['what orch held is not what its facts say']
  if (folded === null) return []
  const checkpoint = parseCheckpoint(JSON.stringify({ schemaVersion: checkpointVersion, orchVersion: 'simulated', state: folded }))
  if (!checkpoint.ok) return [`the checkpoint cannot be read back: ${checkpoint.error.detail}`]
  return JSON.stringify(checkpoint.value.state) === text ? [] : ['the checkpoint reads back as something else']
}

/** A stage starts after every earlier one is done. */
const stagesRunInOrder = ofFacts(({ before, fact }) => {
  if (fact.type !== 'stage-started') return null
  const open = before.stages.find((s) => s.stage < fact.stage && s.phase !== 'done')
  return open === undefined ? null : `stage ${open.stage} is ${open.phase}`
})

/** A task starts from everything that it depends on. */
const dependenciesComeFirst: Kept = ({ starts, evidence: { git } }) =>
  starts.flatMap(({ task, step, state, head }) => {
    const depends = step === 'implement' ? (state.work[task]?.milestone?.depends ?? []) : []
    const missing = depends.filter((d) => {
      const other = state.work[d]
      return other !== undefined && (other.mergeCommit === null || !git.isAncestor(other.mergeCommit, head))
    })
    return missing.map((d) => `${task} started without ${d}, which is ${state.work[d]?.phase}`)
  })

/** What stands under all promises: the saved state is true, and the order that the files ask for is kept. */
export const theStateIsSound = together(itIsAFold, stagesRunInOrder, dependenciesComeFirst)
