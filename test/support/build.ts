import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout under test. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url))

/** Its instant is when the last build of ours began: a file saved while the compiler ran counts as not built. */
const stamp = join(projectRoot, 'dist', '.built-for-tests')

/** Compiles `src` to `dist` when something in `src` is newer, so that tests run the program as people get it. */
export function ensureBuilt(): void {
  const newest = Math.max(...sources().map((file) => statSync(file).mtimeMs))
  if (existsSync(stamp) && statSync(stamp).mtimeMs > newest) return
  const began = new Date()
  const tsc = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: projectRoot, encoding: 'utf8' })
  // A type error is for the type check to refuse: what was emitted can still be run.
  if (status !== 0) process.stderr.write(`The build has type errors:\n${stdout}\n`)
  writeFileSync(stamp, '')
  utimesSync(stamp, began, began)
}

function sources(): string[] {
  const entries = readdirSync(join(projectRoot, 'src'), { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return [...files, join(projectRoot, 'tsconfig.json'), join(projectRoot, 'tsconfig.build.json')]
}
