import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { standIn } from './temporary-repository.js'

const worker = fileURLToPath(new URL('listeners-worker.js', import.meta.url))

/** What one Node process takes that starts so many stand-ins and listens to them. @param what `parse` or `hold` */
export const listeners = (what, sessions, env, cwd) =>
  JSON.parse(
    execFileSync(process.execPath, [worker, what, String(sessions), standIn], { encoding: 'utf8', cwd, env: { ...process.env, ...env } }),
  )

/** A folder for as long as the work needs it. */
export async function inFolder(work) {
  const folder = mkdtempSync(path.join(tmpdir(), 'orch-bench-'))
  try {
    return await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
