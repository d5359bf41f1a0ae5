import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

/**
 * Makes one file of a worker and the sources that it imports, as the program itself is one, for as long as the work needs it.
 * @param worker its name in this folder
 * @param work gets the path of that file, and a folder for its own
 */
export async function withBundled(worker, work) {
  const folder = mkdtempSync(path.join(tmpdir(), 'orch-bench-'))
  try {
    const file = path.join(folder, 'worker.mjs')
    const bundle = await rolldown({ input: fileURLToPath(new URL(worker, import.meta.url)), platform: 'node', tsconfig: false })
    await bundle.write({ file, format: 'esm', codeSplitting: false })
    await bundle.close()
    return await work(file, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
