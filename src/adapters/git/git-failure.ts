import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'

const mostDetail = 2000

/** What git's complaint means. @param doing completes "git failed to …" */
export function failureOf(doing: string, complaint: string, path: string): Failure {
  if (/No space left on device|Disk quota exceeded|ENOSPC|EDQUOT/i.test(complaint)) return { reason: 'disk-full', path }
  const filter = missingFilter(complaint)
  if (filter !== null) return { reason: 'filter-missing', command: filter }
  return { reason: 'git-failed', doing, detail: complaint.trim().slice(-mostDetail) }
}

/**
 * The filter of `.gitattributes` that git could not start, by what git says (one for each file) or the shell (one for all
 * files, `filter.<name>.process`).
 */
function missingFilter(complaint: string): string | null {
  const single = /external filter '([^'\n]+)' failed 127/.exec(complaint)?.[1]
  const process = /^.*?: (?:line )?\d+: (\S+): (?:command )?not found$[\s\S]*the remote end hung up/m.exec(complaint)?.[1]
  return single ?? process ?? null
}

/** The lock file that somebody else holds, when that is what git complains about (with `LC_ALL=C`). */
export function lockIn(complaint: string): string | null {
  const config = /could not lock config file (.+): File exists/.exec(complaint)?.[1]
  return /Unable to create '(.+?\.lock)': File exists/.exec(complaint)?.[1] ?? (config === undefined ? null : `${config}.lock`)
}

/** The index is cut off or garbled, as after a power cut. It is derived from the commit and can be made again. */
export const isIndexBroken = (complaint: string): boolean =>
  /index file (smaller than expected|corrupt|open failed)|bad index file|bad signature 0x|index uses .* extension, which we do not understand/.test(
    complaint,
  )

/** Does something with files; what goes wrong becomes a failure. */
export async function withFiles<T>(doing: string, path: string, act: () => Promise<T>): Promise<Result<T, Failure>> {
  try {
    return ok(await act())
  } catch (error) {
    if (error instanceof Error && 'code' in error) return err(failureOf(doing, `${String(error.code)}: ${error.message}`, path))
    throw error
  }
}
