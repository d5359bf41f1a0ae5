import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Rig } from '../rig.js'
import { linesOf } from './eventful-run.js'

/** What kills orch, and when: see the scripts beside this file. */
export type Where =
  | 'git-before'
  | 'git-after'
  | 'git-orphaned'
  | 'git-during'
  | 'git-interrupted'
  | 'fact-before'
  | 'fact-torn'
  | 'fact-after'
  | 'file-before'
  | 'session-begun'
  | 'session-edited'
  | 'session-ended'

/** An instant of a run: the n-th event of its kind, from 1. */
export interface Point {
  readonly where: Where
  readonly at: number
}

const here = fileURLToPath(new URL('.', import.meta.url))

const logOf = (rig: Rig): string => join(rig.root, 'watched.log')

/** What a watched orch did, in order: `git …`, `fact …`, `file …`, `session …`. */
export const watchedIn = (rig: Rig): string[] => linesOf(logOf(rig))

/** The environment in which orch is watched. */
export const watching = (rig: Rig): Record<string, string> => ({
  NODE_OPTIONS: `--import ${pathToFileURL(join(here, 'preload.mjs')).href}`,
  KILL_LOG: logOf(rig),
})

/** The environment in which orch is killed once it has come to the point, counted from its start. */
export const killingAt = (rig: Rig, { where, at }: Point): Record<string, string> => ({
  ...watching(rig),
  // What was watched before does not count.
  KILL_LOG: `${logOf(rig)}.${where}-${at}`,
  KILL_WHERE: where,
  KILL_AT: String(at),
})

/** After any other command of git the disk is as it was before. */
const changing =
  / (worktree (add|remove|move)|clean|update-ref|read-tree|add|commit-tree|write-tree|config --file \S+ (--unset )?\S+( \S+)?$|checkout|hash-object -w|update-index|symbolic-ref -m|reset|merge-tree) ?/

/** No more than an empty folder comes or goes. */
const trifling = /^file (mkdir|rmdir) /

const changes = (event: string): boolean => (event.startsWith('git ') ? changing.test(event) : !trifling.test(event))

/** How orch may die at an event, and once it is over. */
function waysToDie(event: string): { readonly at: readonly Where[]; readonly after: Where | null } {
  switch (kindOf(event)) {
    case 'git':
      return changing.test(event)
        ? { at: ['git-before', 'git-orphaned', 'git-during', 'git-interrupted'], after: 'git-after' }
        : { at: ['git-before'], after: null }
    case 'fact':
      return { at: ['fact-before', 'fact-torn'], after: 'fact-after' }
    case 'file':
      return { at: ['file-before'], after: null }
    default:
      return { at: ['session-begun', 'session-edited'], after: 'session-ended' }
  }
}

const kindOf = (event: string): string => event.split(' ', 1)[0] ?? ''

/**
 * Every point of a run that was watched, in the order of time. Between one event and the next the disk is the same: of the
 * points at which orch would leave the same disk behind, only the first is one.
 */
export function pointsIn(watched: readonly string[]): Point[] {
  const counts = new Map<string, number>()
  let isSameDisk = false
  return watched.flatMap((event) => {
    const at = (counts.get(kindOf(event)) ?? 0) + 1
    counts.set(kindOf(event), at)
    const ways = waysToDie(event)
    const wheres = ways.at.filter((where) => !isSameDisk || !where.endsWith('-before'))
    isSameDisk = ways.after !== null || !changes(event)
    return [...wheres, ...(ways.after === null ? [] : [ways.after])].map((where) => ({ where, at }))
  })
}

/** So many of them, evenly spread. */
export const spread = <T>(all: readonly T[], count: number): T[] => {
  const stride = all.length / count
  return Array.from({ length: Math.min(count, all.length) }, (_, n) => all[Math.floor(n * stride)]).filter((one) => one !== undefined)
}
