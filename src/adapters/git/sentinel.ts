import { dirname } from 'node:path'
import type { Failure } from '../../core/failure.js'
import type { Change } from '../../core/leak.js'
import { ok, type Result } from '../../core/result.js'
import type { QuietPlace, Sentinel } from '../../engine/ports/sentinel.js'
import { markFiles } from './file-marks.js'
import { type Glimpse, glimpse, glimpseOf, openRefFiles, type PlaceGlimpse } from './glimpse.js'
import { patchOf } from './leak-patch.js'
import { originOf, stashOrigin } from './origin.js'
import { isInside } from './place.js'
import { keepReachable } from './refs.js'
import type { Site } from './site.js'
import { listWorktrees } from './worktrees.js'

type SettledPlace = Omit<QuietPlace, 'isDue'>

/** Compares what it saw last with what is there now; it holds the queue meanwhile, so that nothing of orch's own looks foreign. */
export function openSentinel(site: Site): Sentinel {
  const refFiles = openRefFiles(site)
  let last: Glimpse | null = null
  /** By path, until they are looked at with the others. */
  const settled = new Map<string, PlaceGlimpse>()
  const look = async (quiet: readonly QuietPlace[]): Promise<Result<readonly Change[], Failure>> => {
    const known = last === null ? null : { ...last, places: new Map([...last.places, ...settled]) }
    const now = await glimpse(site, { quiet, refFiles }, known)
    if (!now.ok) return now
    const before = known ?? now.value
    const refs = await refChanges(site, before, now.value)
    if (!refs.ok) return refs
    const files = await fileChanges(site, before, now.value)
    if (!files.ok) return files
    last = now.value
    for (const path of now.value.places.keys()) settled.delete(path)
    return ok([...refs.value, ...files.value])
  }
  const settle = async (place: SettledPlace): Promise<Result<void, Failure>> => {
    const now = await glimpseOf(site, place)
    if (now.ok && now.value !== null) settled.set(place.path, now.value)
    return now.ok ? ok(undefined) : now
  }
  return {
    settle: (place) => site.git.inTurn(() => settle(place)),
    look: (quiet) => site.git.inTurn(() => look(quiet)),
    inspect: (paths) => inspect(site, paths),
    keep: async (changes) => {
      const commits = changes.flatMap((c) => (c.kind === 'ref' ? [c.before, c.after] : [])).filter((c) => c !== null)
      for (const commit of new Set(commits)) {
        const kept = await site.git.inTurn(() => keepReachable(site, commit))
        if (!kept.ok) return kept
      }
      return patchOf(site, changes)
    },
  }
}

async function refChanges(site: Site, before: Glimpse, now: Glimpse): Promise<Result<readonly Change[], Failure>> {
  const names = new Set([...before.refs.keys(), ...now.refs.keys()])
  names.delete('refs/stash')
  const changes: Change[] = []
  for (const name of names) {
    const [was, is] = [before.refs.get(name) ?? null, now.refs.get(name) ?? null]
    if (was === is || (site.ownMoves.has(name) && site.ownMoves.get(name) === is)) continue
    const place = now.worktrees.find((w) => `refs/heads/${w.branch ?? ''}` === name)?.path ?? null
    const madeIn = is === null ? ok(null) : await originOf(site, is, { before, now })
    if (!madeIn.ok) return madeIn
    changes.push({ kind: 'ref', name, place, before: was, after: is, madeIn: madeIn.value })
  }
  const stash = { kind: 'ref', name: 'refs/stash', place: null, madeIn: null } as const
  for (const gone of before.stash.filter((entry) => !now.stash.includes(entry))) changes.push({ ...stash, before: gone, after: null })
  for (const added of now.stash.filter((entry) => !before.stash.includes(entry))) {
    const origin = await stashOrigin(site, added, now.worktrees)
    if (!origin.ok) return origin
    changes.push({ ...stash, ...origin.value, before: null, after: added })
  }
  return ok(changes)
}

async function fileChanges(site: Site, before: Glimpse, now: Glimpse): Promise<Result<readonly Change[], Failure>> {
  const changes: Change[] = []
  for (const [place, is] of now.places) {
    const was = before.places.get(place)
    if (was === undefined || was.stamp !== is.stamp) continue
    const found = await changesIn(site, place, { was, is })
    if (!found.ok) return found
    changes.push(...found.value)
  }
  return ok(changes)
}

async function changesIn(
  site: Site,
  place: string,
  { was, is }: { was: PlaceGlimpse; is: PlaceGlimpse },
): Promise<Result<readonly Change[], Failure>> {
  const names = [...new Set([...was.files.keys(), ...is.files.keys()])]
  const differing = names.filter(
    (name) => !was.files.has(name) || !is.files.has(name) || was.files.get(name)?.content !== is.files.get(name)?.content,
  )
  if (differing.length === 0) return ok([])
  // What git does not tell of now is as it was committed, or gone; what it did not tell of then was as it was committed.
  const cleaned = differing.filter((name) => !is.files.has(name))
  const read = await markFiles(site, place, { names: cleaned, before: new Map() })
  if (!read.ok) return read
  const committed = await committedAt(site, is.head, differing)
  if (!committed.ok) return committed
  const earlier = was.head === is.head ? committed : await committedAt(site, was.head, differing)
  if (!earlier.ok) return earlier
  const changes = differing.map((name): Change => {
    const before = was.files.has(name) ? (was.files.get(name)?.content ?? null) : (committed.value.get(name) ?? null)
    const after = (is.files.get(name) ?? read.value.get(name))?.content ?? null
    const isConfig = place === site.commonDir && name === 'config'
    return { kind: 'file', place, name, before, after, madeIn: null, ...(isConfig ? { isConfig } : {}) }
  })
  // Where only the commit underneath was moved, the file is what it was.
  const isUntouched = ({ name, after }: Change): boolean => !was.files.has(name) && (earlier.value.get(name) ?? null) === after
  return ok(changes.filter((change) => change.before !== change.after && !isUntouched(change)))
}

/** Mode and object of files in a commit. */
async function committedAt(
  site: Site,
  commit: string | null,
  names: readonly string[],
): Promise<Result<ReadonlyMap<string, string>, Failure>> {
  if (commit === null) return ok(new Map())
  // An argument list has an end.
  const which = names.length > 500 ? ['-r', commit] : [commit, '--', ...names]
  const answer = await site.inMemory({ doing: 'look up files', args: ['ls-tree', '-z', '--full-tree', ...which] })
  if (!answer.ok) return answer
  const entries = answer.value.stdout.split('\0').flatMap((entry) => {
    const [, mode, oid, name] = /^(\d+) blob ([0-9a-f]+)\t([\s\S]+)$/.exec(entry) ?? []
    return mode === undefined || oid === undefined || name === undefined ? [] : [[name, `${mode} ${oid}`] as const]
  })
  return ok(new Map(entries))
}

/** Files in a worktree are compared with its commit; of others only what they hold now is known. */
async function inspect(site: Site, paths: readonly string[]): Promise<Result<readonly Change[], Failure>> {
  const worktrees = await listWorktrees(site)
  if (!worktrees.ok) return worktrees
  const changes: Change[] = []
  // The innermost first: orch's worktrees lie within the person's checkout.
  const folders = worktrees.value.toSorted((a, b) => b.path.length - a.path.length)
  for (const path of paths) {
    const worktree = folders.find((w) => isInside(path, w.path))
    const place = worktree?.path ?? dirname(path)
    const name = path.slice(place.length + 1)
    const marks = await markFiles(site, place, { names: [name], before: new Map() })
    if (!marks.ok) return marks
    const committed = await committedAt(site, worktree?.head ?? null, [name])
    if (!committed.ok) return committed
    const [before, after] = [committed.value.get(name) ?? null, marks.value.get(name)?.content ?? null]
    if (before !== after) changes.push({ kind: 'file', place, name, before, after, madeIn: null })
  }
  return ok(changes)
}
