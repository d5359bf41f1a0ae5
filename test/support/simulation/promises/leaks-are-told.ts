import type { Leak } from '../leaks.js'
import { type Chapter, type Kept, ofFacts, together } from './promise.js'

/** A session that is shown to have written outside of its worktree has not done its work, whatever it says. */
const whoLeakedHasFailed: Kept = ({ evidence }) =>
  evidence.leaks
    .filter((leak) => leak.isShown && (leak.by.told === 'attempt-finished' || leak.by.told === 'review-given'))
    .map(({ by, file }) => `${by.task} ${by.step} ${by.number} leaked ${file} and is told as ${by.told}`)

/** What changed while nobody else could have done it is told of, by the orch in whose life it happened. */
const nothingStaysUnsaid: Kept = ({ evidence }) =>
  evidence.leaks
    .filter((leak) => wasSeen(leak) && !isSaid(leak, evidence))
    .map(({ by, file }) => `nobody says that ${by.task} leaked ${file}`)

/** A leak into the work of a task that was judged already is not merged as if it had been. */
const noneIsMergedUnsaid = ofFacts(({ before, fact }, { evidence }) => {
  if (fact.type !== 'tasks-combined') return null
  const heads = fact.merges.flatMap(({ task }) => before.work[task]?.head ?? [])
  const merged = evidence.leaks.filter(
    (leak) => wasSeen(leak) && heads.some((head) => evidence.git.get(head).tree[leak.file] !== undefined),
  )
  const unsaid = merged.filter((leak) => !isSaid(leak, evidence))
  return unsaid.length === 0 ? null : `${unsaid.map((leak) => leak.file).join()} is merged unsaid`
})

/** The same orch that let it happen looked afterwards. */
const wasSeen = ({ by, isInQuietPlace }: Leak): boolean => isInQuietPlace && by.toldIn === by.life

const isSaid = ({ by, file }: Leak, { runs }: Chapter['evidence']): boolean =>
  runs.some((run) => run.id === by.run && run.facts.some((fact) => JSON.stringify(fact).includes(`/${file}"`)))

/** What a session does outside of its own worktree is found, told, and not merged as done. */
export const leaksAreTold = together(whoLeakedHasFailed, nothingStaysUnsaid, noneIsMergedUnsaid)
