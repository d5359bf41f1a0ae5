import { copyFile, mkdir, mkdtemp, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { Failure } from '../../core/failure.js'
import type { Result } from '../../core/result.js'
import { withFiles } from './git-failure.js'
import { indexPrefix } from './own-git-folder.js'
import type { Site } from './site.js'

/** Does something with an index that nobody else uses, which is gone afterwards. */
export async function inOwnIndex<T>(
  site: Site,
  act: (env: { readonly GIT_INDEX_FILE: string }) => Promise<Result<T, Failure>>,
): Promise<Result<T, Failure>> {
  const folder = await withFiles('make an index', site.ownFolder, async () => {
    await mkdir(site.ownFolder, { recursive: true })
    return mkdtemp(join(site.ownFolder, indexPrefix))
  })
  if (!folder.ok) return folder
  try {
    return await act({ GIT_INDEX_FILE: join(folder.value, 'index') })
  } finally {
    await rm(folder.value, { recursive: true, force: true })
  }
}

/** With its time: what changed just when an index was written, in place and to the same size, git finds only by that. */
export async function copyIndex(from: string, to: string): Promise<void> {
  await copyFile(from, to)
  const { mtimeMs } = await stat(from)
  const seconds = Math.floor(mtimeMs) / 1000
  await utimes(to, seconds, seconds)
}
