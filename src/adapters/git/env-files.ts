import { chmod, copyFile, mkdir, realpath, rename, rm, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, normalize } from 'node:path'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { withFiles } from './git-failure.js'
import { isInside, truePath } from './place.js'
import type { Site } from './site.js'
import { requireWorktree } from './worktrees.js'

/**
 * Copies files that git does not have from the person's checkout into a worktree, mode kept. What is missing, is no
 * file, leads out of the repository or is tracked in the worktree is left alone.
 */
export async function copyEnvFiles(site: Site, path: string, files: readonly string[]): Promise<Result<void, Failure>> {
  const worktree = await requireWorktree(site, path)
  if (!worktree.ok) return worktree
  const wanted = files.map((file) => normalize(file)).filter((file) => !isAbsolute(file) && isInside(join(path, file), path))
  const names: string[] = []
  for (const name of wanted) {
    const source = await withFiles(`copy ${name}`, path, () => sourceOf(site.root, name))
    if (!source.ok) return source
    if (source.value !== null) names.push(name)
  }
  if (names.length === 0) return ok(undefined)
  const paths = names.map((file) => `:(top,literal)${file.replaceAll('\\', '/')}`)
  const listed = await site.inWorktree(worktree.value, {
    doing: 'list tracked files',
    args: ['ls-files', '-z', '--full-name', '--', ...paths],
  })
  if (!listed.ok) return listed
  const tracked = new Set(
    listed.value.stdout
      .split('\0')
      .filter((name) => name !== '')
      .map((name) => normalize(name)),
  )
  for (const file of names.filter((name) => !tracked.has(name))) {
    const copied = await withFiles(`copy ${file}`, path, () => copyInto(site.root, path, file))
    if (!copied.ok) return copied
  }
  return ok(undefined)
}

async function copyInto(root: string, folder: string, file: string): Promise<void> {
  const source = await sourceOf(root, file)
  if (source === null) return
  const target = join(folder, file)
  // An agent may have put a link there: nothing is written through it.
  if (!isInside(join(await truePath(dirname(target)), 'file'), await truePath(folder))) return
  await mkdir(dirname(target), { recursive: true })
  const arriving = `${target}.orch-copy`
  await rm(arriving, { force: true, recursive: true })
  await copyFile(source.path, arriving)
  await chmod(arriving, source.mode)
  await rename(arriving, target)
}

/** The regular file behind a name, as long as it lies in the repository. */
async function sourceOf(root: string, file: string): Promise<{ path: string; mode: number } | null> {
  const path = await realpath(join(root, file)).catch(() => null)
  if (path === null || !isInside(path, await truePath(root))) return null
  const stats = await stat(path)
  return stats.isFile() ? { path, mode: stats.mode & 0o777 } : null
}
