import type { CommitId } from '../../core/fact.js'
import { asMilestoneId, type MilestoneId } from '../../core/milestone.js'

const trailer = (key: string): string => `%(trailers:key=${key},valueonly=true,unfold=true,separator=%x20)`

const fields = ['%H', '%P', trailer('Orch-Task'), trailer('Orch-Run'), trailer('Orch-Milestone'), trailer('Orch-Undoes')]

/** A `git log` format that `parseMilestoneLog` reads: commit, parents, task, run, milestone hash and undone merges, each ended by a tab. */
export const milestoneLogFormat = fields.map((field) => `${field}%x09`).join('')

/** Arguments of `git log` that leave out what `parseMilestoneLog` would pass over anyway. */
export const milestoneLogChoice = ['--grep=^Orch-Task:', '--grep=^Orch-Undoes:']

/** Which merge brought each milestone, and the milestone's own hash, where it was noted. */
export type MergedMilestones = ReadonlyMap<MilestoneId, { readonly commit: CommitId; readonly hash: string | null }>

/**
 * Milestones by the merge commits that brought them, newest first in the text; of several merges of one, the newest counts. A merge
 * that a later commit took back counts no more.
 */
export function parseMilestoneLog(text: string): MergedMilestones {
  const merged = new Map<MilestoneId, { commit: CommitId; hash: string | null }>()
  const records = text.split('\0').map((record) => record.split('\t').map((field) => field.trim()))
  const undone = new Set(records.flatMap(([, , , , , undoes]) => undoes?.split(/\s+/) ?? []))
  for (const [commit, parents, task, run, hash] of records) {
    const id = asMilestoneId(task ?? '')
    if (id === null || commit === undefined || parents?.split(' ').length !== 2 || undone.has(commit)) continue
    if (run === undefined || run === '' || merged.has(id)) continue
    merged.set(id, { commit, hash: hash === undefined || hash === '' ? null : hash })
  }
  return merged
}
