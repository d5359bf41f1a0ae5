import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout under test. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url))

/** Its instant is when the last build of ours began: a file saved while it ran counts as not built. */
const stamp = join(projectRoot, 'dist', '.built-for-tests')

/** Builds `dist` when something in `src` is newer, so that tests run the program as people get it. */
export function ensureBuilt(): void {
  const newest = Math.max(...sources().map((file) => statSync(file).mtimeMs))
  if (existsSync(stamp) && statSync(stamp).mtimeMs > newest) return
  const began = new Date()
  execFileSync(process.execPath, [join(projectRoot, 'scripts', 'build.js')], { cwd: projectRoot, stdio: 'inherit' })
  writeFileSync(stamp, '')
  utimesSync(stamp, began, began)
}

function sources(): string[] {
  const folders = ['src', 'scripts', 'bin'].map((name) => join(projectRoot, name))
  const entries = folders.flatMap((folder) => readdirSync(folder, { recursive: true, withFileTypes: true }))
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return [...files, join(projectRoot, 'package-lock.json')]
}
