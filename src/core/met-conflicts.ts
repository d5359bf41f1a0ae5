import type { RecordedFact, WorkId } from './fact.js'

/** A task that did not fit with what was merged before it. */
export interface MetConflict {
  readonly at: string
  readonly task: WorkId
  /** `conflict`: git could not merge these files. `red`: merged cleanly, and these commands failed on the combination. */
  readonly kind: 'conflict' | 'red'
  readonly subjects: readonly string[]
  readonly resolved: boolean
}

/** A task that was combined later on has got over it. */
export function conflictsIn(facts: readonly RecordedFact[]): readonly MetConflict[] {
  return facts.flatMap((fact) => {
    if (fact.type !== 'merge-conflicted' && fact.type !== 'combination-refused') return []
    const resolved = facts.some((f) => f.seq > fact.seq && f.type === 'tasks-combined' && f.merges.some((m) => m.task === fact.task))
    const kind = fact.type === 'merge-conflicted' ? ('conflict' as const) : ('red' as const)
    const subjects = fact.type === 'merge-conflicted' ? fact.files : fact.results.filter((r) => !r.passed).map((r) => r.command)
    return [{ at: fact.at, task: fact.task, kind, subjects, resolved }]
  })
}
