import { createHash } from 'node:crypto'
import { lstat, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import type { Site } from './site.js'

/** What a file holds, and by what it is seen without reading it that this has not changed. */
export interface FileMark {
  readonly stat: string
  /** `100644 <object>`; words in place of the object where the content is not kept. Null: there is no such file. */
  readonly content: string | null
}

export type FileMarks = ReadonlyMap<string, FileMark>

/** Of larger files only size and time are looked at: copying them at each look would cost more than it tells. */
const largestKept = 8 * 1024 * 1024

/** Objects of the sentinel's lie in orch's own folder: the person's repository does not grow by looking at it. */
export const ownObjects = (site: Site): Readonly<Record<string, string>> => ({
  GIT_OBJECT_DIRECTORY: join(site.ownFolder, 'objects'),
  GIT_ALTERNATE_OBJECT_DIRECTORIES: `"${join(site.commonDir, 'objects').replace(/["\\]/g, '\\$&')}"`,
})

/** Marks files of a folder; only those that are not as they were before are read. */
export async function markFiles(
  site: Site,
  folder: string,
  files: { readonly names: readonly string[]; readonly before: FileMarks },
): Promise<Result<FileMarks, Failure>> {
  const marks = new Map<string, FileMark>()
  const toHash: { name: string; stat: string; mode: string }[] = []
  for (const name of files.names) {
    const seen = await glance(join(folder, name))
    const before = files.before.get(name)
    if (before?.stat === seen.stat) marks.set(name, before)
    else if (seen.mode === null || name.includes('\n')) marks.set(name, { stat: seen.stat, content: seen.content })
    else toHash.push({ name, stat: seen.stat, mode: seen.mode })
  }
  if (toHash.length === 0) return ok(marks)
  const input = toHash.map(({ name }) => `${join(folder, name)}\n`).join('')
  const args = ['hash-object', '-w', '--no-filters', '--stdin-paths']
  const hashed = await site.inMemory({ doing: 'look at changed files', args, input, env: ownObjects(site), exits: [0, 128] })
  if (!hashed.ok) return hashed
  const objects = hashed.value.stdout.split('\n')
  // One that went away meanwhile stops git: the others are then told by size and time alone.
  const isWhole = hashed.value.exitCode === 0
  for (const [i, { name, stat, mode }] of toHash.entries())
    marks.set(name, { stat, content: isWhole ? `${mode} ${objects[i] ?? ''}` : `${mode} as of ${stat}` })
  return ok(marks)
}

interface Glance extends FileMark {
  /** The mode of a file that may be read; null: it is none, or too large. */
  readonly mode: string | null
}

async function glance(path: string): Promise<Glance> {
  const stats = await lstat(path, { bigint: true }).catch(() => null)
  if (stats === null) return { stat: 'absent', content: null, mode: null }
  const stat = `${stats.size} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.ino} ${stats.mode}`
  if (stats.isSymbolicLink()) {
    const target = await readlink(path).catch(() => '')
    return { stat, content: `120000 link to ${createHash('sha256').update(target).digest('hex').slice(0, 12)}`, mode: null }
  }
  if (!stats.isFile()) return { stat: 'folder', content: '40000 folder', mode: null }
  const mode = (stats.mode & 0o111n) === 0n ? '100644' : '100755'
  return { stat, content: `${mode} as of ${stat}`, mode: stats.size > largestKept ? null : mode }
}
