import type { CommitId } from '../../core/fact.js'
import { asMilestoneId, type MilestoneId } from '../../core/milestone.js'

const trailer = (key: string): string => `%(trailers:key=${key},valueonly=true,unfold=true,separator=%x20)`

/** A `git log` format that `parseMilestoneLog` reads: commit, task, run and milestone hash, each ended by a tab. */
export const milestoneLogFormat = `%H%x09${trailer('Orch-Task')}%x09${trailer('Orch-Run')}%x09${trailer('Orch-Milestone')}%x09`

/** Milestones by the merge commits that brought them, newest first in the text; of several merges of one, the newest counts. */
export function parseMilestoneLog(text: string): ReadonlyMap<MilestoneId, { commit: CommitId; hash: string | null }> {
  const merged = new Map<MilestoneId, { commit: CommitId; hash: string | null }>()
  for (const record of text.split('\0')) {
    const [commit, task, run, hash] = record.split('\t').map((field) => field.trim())
    const id = asMilestoneId(task ?? '')
    if (id === null || commit === undefined || run === undefined || run === '' || merged.has(id)) continue
    merged.set(id, { commit, hash: hash === undefined || hash === '' ? null : hash })
  }
  return merged
}
