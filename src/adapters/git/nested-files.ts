import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { withFiles } from './git-failure.js'
import { objectsOf } from './nested-store.js'
import { ownConfig } from './own-git-folder.js'
import { copyIndex, inOwnIndex } from './own-index.js'
import { parseStanding } from './raw-diff.js'
import type { Ask, Site } from './site.js'

/** A repository nested in a worktree. */
export interface Nested {
  readonly folder: string
  /** Its git folder. */
  readonly store: string
  /** The commit that it stands at. */
  readonly head: string
}

/**
 * What a nested repository lists as nested in itself; null: something in it is not committed, or that cannot be told. Git is pointed at a
 * folder of orch's own with this HEAD, a copy of the index, and none of the nested repository's settings, so no program that those name is
 * started. What they would have git see otherwise counts as changed: files through a filter, of which the index does not know that they
 * are as they were, and what `info/exclude` leaves out.
 */
export function linksIfCommitted(site: Site, nested: Nested): Promise<Result<readonly string[] | null, Failure>> {
  return inOwnIndex(site, async ({ GIT_INDEX_FILE }) => {
    const gitDir = dirname(GIT_INDEX_FILE)
    const doing = `look into ${nested.folder}`
    const made = await withFiles(doing, gitDir, () => makeFolder(site, nested, gitDir))
    if (!made.ok) return made
    const disk = await diskSettings(site)
    if (!disk.ok) return disk
    const env = { GIT_DIR: gitDir, GIT_WORK_TREE: nested.folder, GIT_INDEX_FILE, ...(await objectsOf(nested.store)) }
    const ask = (args: Ask['args']) => site.inMemory({ doing, args: [...disk.value, ...args], env, exits: [0, 128] })
    const status = await ask(statusArgs)
    if (!status.ok) return status
    const standing = status.value.exitCode === 0 ? parseStanding(status.value.stdout) : null
    if (standing?.differing.length !== 0) return ok(null)
    const listed = await ask(['ls-files', '--stage', '-v', '-z'])
    return listed.ok ? ok(listed.value.exitCode === 0 ? linksIfAllSeen(listed.value.stdout) : null) : listed
  })
}

const statusArgs = [
  '-c',
  'core.untrackedCache=false',
  'status',
  '--porcelain=v2',
  '--branch',
  '-z',
  '--no-renames',
  '--untracked-files=all',
  '--ignore-submodules=dirty',
]

async function makeFolder(site: Site, { store, head }: Nested, gitDir: string): Promise<void> {
  for (const name of ['objects', 'refs']) await mkdir(join(gitDir, name))
  await writeFile(join(gitDir, 'config'), ownConfig(site.objectFormat))
  await writeFile(join(gitDir, 'HEAD'), `${head}\n`)
  await copyIndex(join(store, 'index'), join(gitDir, 'index'))
}

/** Git finds out when it makes a repository what the disk can keep; the person's own lies on the same one. */
async function diskSettings(site: Site): Promise<Result<readonly string[], Failure>> {
  const args = ['config', '-z', '--get-regexp', '^core\\.(filemode|symlinks|ignorecase|precomposeunicode|autocrlf|eol)$']
  const found = await site.inRepository({ doing: 'read the settings', args, exits: [0, 1] })
  if (!found.ok) return found
  const settings = found.value.stdout.split('\0').filter((entry) => entry !== '')
  return ok(settings.flatMap((entry) => ['-c', entry.replace('\n', '=')]))
}

/** Reads `git ls-files --stage -v -z`. Null: git was told not to look at some file (a letter other than `H`). */
function linksIfAllSeen(text: string): readonly string[] | null {
  const entries = text.split('\0').filter((entry) => entry !== '')
  if (!entries.every((entry) => entry.startsWith('H '))) return null
  return entries.filter((entry) => entry.startsWith('H 160000 ')).map((entry) => entry.slice(entry.indexOf('\t') + 1))
}
