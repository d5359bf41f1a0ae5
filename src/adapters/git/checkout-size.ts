import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import type { Site } from './site.js'

/** What a small file takes on most file systems, in bytes. */
const blockBytes = 4096

/** Bytes that the files of a commit take in a worktree, each rounded up to whole blocks. Submodules are not looked into. */
export async function checkoutSize(site: Site, commit: CommitId): Promise<Result<number, Failure>> {
  const answer = await site.inMemory({ doing: 'add up the files of a commit', args: ['ls-tree', '-r', '-l', '-z', '--full-tree', commit] })
  if (!answer.ok) return answer
  const sizes = [...answer.value.stdout.matchAll(/(?:^|\0)\d+ blob [0-9a-f]+ +(\d+)\t/g)].map(([, size]) => Number(size))
  return ok(sizes.reduce((sum, size) => sum + Math.ceil(size / blockBytes) * blockBytes, 0))
}
