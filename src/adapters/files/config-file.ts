import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { type Config, defaultConfig } from '../../core/config.js'
import type { Problem } from '../../core/problem.js'
import { err, ok, type Result } from '../../core/result.js'
import { withEnvironment } from '../../documents/config-environment.js'
import { parseConfig } from '../../documents/config-file.js'

/** The config's name in the repository's top folder. */
export const configFileName = '.orchestratorrc.json'

export interface ConfigPlace {
  /** The repository's top folder. */
  readonly root: string
  /** What a chosen path is relative to. */
  readonly cwd: string
  /** The path given by `--config`, or null. It goes before `ORCHESTRATOR_CONFIG`. */
  readonly chosen: string | null
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The file's config with the environment's overrides. Without a file all is as by default; one that was chosen must be there. */
export async function readConfigFile(place: ConfigPlace): Promise<Result<Config, readonly Problem[]>> {
  const fromFile = await readFromFile(place)
  return fromFile.ok ? withEnvironment(fromFile.value, place.env) : fromFile
}

async function readFromFile({ root, cwd, chosen, env }: ConfigPlace): Promise<Result<Config, readonly Problem[]>> {
  const named = chosen ?? (env['ORCHESTRATOR_CONFIG']?.trim() || null)
  const file = named ?? configFileName
  try {
    return parseConfig({ file, text: await readFile(named === null ? path.join(root, file) : path.resolve(cwd, file), 'utf8') })
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    if (code === 'ENOENT' && named === null) return ok(defaultConfig)
    const message = code === 'ENOENT' ? `there is no config file ${file}` : `the config file ${file} cannot be read (${code})`
    const hint =
      named === null
        ? 'Make it readable, or remove it'
        : chosen === null
          ? 'ORCHESTRATOR_CONFIG names it: correct or unset it'
          : 'Correct --config'
    return err([{ file, line: 1, column: 1, message, hint }])
  }
}
