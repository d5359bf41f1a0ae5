import { statfs } from 'node:fs/promises'
import type { Disk } from '../../engine/ports/machine.js'

/** With less than this left nothing is started: transcripts and facts would be the next to fail. */
const scarceBytes = 1024 * 1024

/** The disk that a folder lies on. */
export const diskOf = (path: string): Disk => ({
  path,
  async isFull() {
    const { bavail, bsize } = await statfs(path)
    return bavail * bsize < scarceBytes
  },
})
