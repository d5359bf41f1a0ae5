import { statfs } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import type { Failure } from '../../core/failure.js'

/** Git often says only that it could not write, not why. */
const couldNotWrite =
  /(unable|failed|could not|cannot) to? ?(write|append|create|finalize|set up|reset index)|write error|short write|unable to write/i

/** With less than this left, a write that failed has failed for want of space. */
const noRoomBytes = 2 * 1024 * 1024

/** A failed write on a disk without room is a full disk, whatever git calls it. @param places where it may have been writing; what is no path is passed over */
export async function orDiskFull(failure: Failure, places: readonly string[]): Promise<Failure> {
  if (failure.reason !== 'git-failed' || !couldNotWrite.test(failure.detail)) return failure
  for (const path of places.filter(isAbsolute)) if (await hasNoRoom(path)) return { reason: 'disk-full', path }
  return failure
}

async function hasNoRoom(path: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize < noRoomBytes
  } catch {
    return false
  }
}
