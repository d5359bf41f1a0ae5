import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { execa } from 'execa'
import type { ThreeSides } from '../../engine/ports/structural-merge.js'

/** A program that speaks mergiraf's command line. */
export interface MergeProgram {
  readonly file: string
  /** What comes before mergiraf's own arguments. */
  readonly before: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
}

/** One file is merged in a moment; a program that hangs must not hold up a stage. */
const timeoutMs = 30_000

const marker = /^(<{7}|\|{7}|={7}|>{7})( |$)/m

/**
 * Merges one file by its structure, in a folder of its own: `mergiraf merge BASE LEFT RIGHT -o OUT -p PATH`, exit status 0 for a merge
 * without conflicts (https://mergiraf.org/usage.html).
 * @returns null where the program cannot do it, or says so and leaves markers all the same
 */
export async function mergeByStructure(program: MergeProgram, file: ThreeSides): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'orch-merge-'))
  try {
    const [base, left, right] = await writeSides(folder, file)
    const out = join(folder, `out${extname(file.path)}`)
    const args = [...program.before, 'merge', base, left, right, '-o', out, '-p', file.path]
    const options = { cwd: folder, env: program.env, extendEnv: false, reject: false, timeout: timeoutMs, stdin: 'ignore' } as const
    const { exitCode } = await execa(program.file, args, options)
    const text = exitCode === 0 ? await readFile(out, 'utf8').catch(() => null) : null
    return text === null || marker.test(text) ? null : text
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function writeSides(folder: string, { path, base, ours, theirs }: ThreeSides): Promise<readonly [string, string, string]> {
  const side = async (name: string, text: string): Promise<string> => {
    const at = join(folder, name)
    await mkdir(at)
    await writeFile(join(at, `file${extname(path)}`), text)
    return join(at, `file${extname(path)}`)
  }
  return [await side('base', base), await side('left', ours), await side('right', theirs)]
}
