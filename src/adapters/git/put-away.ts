import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { writeDurably } from './durable-text.js'
import { withFiles } from './git-failure.js'
import { canBeLikeNew, fewestFiles, filesIn } from './like-new.js'
import { isRealFolder } from './place.js'
import type { Site, Worktree } from './site.js'
import { closingNote, exists } from './worktrees.js'

/** Puts away a worktree that holds nothing but what is merged: it becomes a spare where one is wanted, and is removed elsewhere. */
export async function putAway(site: Site, worktree: Worktree): Promise<Result<void, Failure>> {
  return (await becomesSpare(site, worktree)) ? ok(undefined) : remove(site, worktree)
}

async function becomesSpare(site: Site, worktree: Worktree): Promise<boolean> {
  if (!site.spares.reserve()) return false
  const path = (await canBeLikeNew(site, worktree)) ? await setAside(site, worktree) : null
  if (path === null) site.spares.giveUp()
  else site.spares.put({ path, gitDir: worktree.gitDir })
  return path !== null
}

/** Its branch is free from then on, and its place as well. @returns where it lies now; null: it could not be done */
async function setAside(site: Site, worktree: Worktree): Promise<string | null> {
  const doing = `keep the worktree ${worktree.path} as a spare`
  const note = join(worktree.gitDir, closingNote)
  const noted = (await exists(note)) ? ok(undefined) : await withFiles(doing, worktree.path, () => writeDurably(note, doing))
  if (!noted.ok) return null
  return site.git.inTurn(async () => {
    const detached = await site.inWorktree(worktree, { doing, args: ['update-ref', '--no-deref', 'HEAD', 'HEAD'] })
    if (!detached.ok) return null
    const path = await freeName(dirname(worktree.path))
    const moved = await site.inRepository({ doing, args: ['worktree', 'move', worktree.path, path] })
    return moved.ok ? path : null
  })
}

/** What a spare is called; no task and no stage is called so. */
export const spareName = /^spare-\d+$/

/** For use within a turn, and until something lies there. */
export async function freeName(folder: string): Promise<string> {
  let n = 1
  while (await exists(join(folder, `spare-${n}`))) n++
  return join(folder, `spare-${n}`)
}

/** The files go first: they take long, and only the rest must wait for its turn. */
export async function remove(site: Site, worktree: Worktree): Promise<Result<void, Failure>> {
  const doing = `remove the worktree ${worktree.path}`
  // Git removes many files several times faster. It sees all of them as untracked where it has no index.
  if ((await filesIn(worktree)) >= fewestFiles && (await isRealFolder(worktree.path))) {
    const env = { GIT_INDEX_FILE: join(worktree.gitDir, 'no-index') }
    await site.manyFiles(() => site.inWorktree(worktree, { doing, args: ['clean', '-ffdxq'], env, exits: [0, 1] }))
  }
  // What is in use, on Windows, is tried again.
  const emptied = await withFiles(doing, worktree.path, () =>
    rm(worktree.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  )
  if (!emptied.ok) return emptied
  const args = ['worktree', 'remove', '--force', '--force', worktree.path]
  const removed = await site.git.inTurn(() => site.inRepository({ doing, args }))
  return removed.ok ? ok(undefined) : removed
}
