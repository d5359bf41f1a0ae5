import type { Config } from '../core/config.js'
import type { Failure } from '../core/failure.js'
import { err, ok, type Result } from '../core/result.js'
import type { StructuralMerge } from '../engine/ports/structural-merge.js'
import type { Surroundings } from './project.js'

interface Where {
  readonly setting: Config['git']['structuralMerge']
  readonly root: string
  readonly surroundings: Pick<Surroundings, 'env' | 'platform'>
}

/** What is looked for unasked. */
const usual = 'mergiraf'

/** The program is looked for at the first conflict: most runs have none. Null: it is not wanted. */
export function structuralMerge(where: Where): StructuralMerge | null {
  if (where.setting === 'off') return null
  let found: ReturnType<typeof findMergeProgram> | null = null
  return async (file) => {
    found ??= findMergeProgram(where)
    const program = await found
    if (program === null) return null
    const { mergeByStructure } = await import('../adapters/structure/merge-program.js')
    return mergeByStructure({ ...program, env: where.surroundings.env }, file)
  }
}

/** A program that somebody named must be there. */
export async function checkMergeProgram(where: Where): Promise<Result<void, Failure>> {
  const { setting } = where
  if (setting === 'auto' || setting === 'off' || (await findMergeProgram(where)) !== null) return ok(undefined)
  return err({ reason: 'merge-program-missing', command: setting })
}

async function findMergeProgram({ setting, root, surroundings }: Where) {
  const { findProgram } = await import('../adapters/claude/find-program.js')
  const { env, platform } = surroundings
  const found = await findProgram(setting === 'auto' ? usual : setting, { env, folder: root, platform })
  return found.ok ? found.value : null
}
