import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, extname, isAbsolute, join, resolve } from 'node:path'
import { execa } from 'execa'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'

/** How the agent program is started: a file, and what comes before its own arguments. */
export interface FoundProgram {
  readonly file: string
  readonly before: readonly string[]
}

/** Where to look. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Relative paths start here: the folder of the config file. */
  readonly folder: string
  readonly platform: NodeJS.Platform
}

/** Finds `agent.command`: a name on the PATH, a path, or a script that is run with this Node. */
export async function findProgram(command: string, where: Surroundings): Promise<Result<FoundProgram, Failure>> {
  const missing: Failure = { reason: 'agent-missing', command }
  if (/\.[cm]?js$/.test(command)) {
    const script = resolve(where.folder, command)
    return (await isFile(script)) ? ok({ file: process.execPath, before: [script] }) : err(missing)
  }
  for (const path of candidates(command, where)) if (await isProgram(path, where.platform)) return ok({ file: path, before: [] })
  return err(missing)
}

/** What `--version` prints first, or null when it says nothing of the kind in time. */
export async function programVersion(program: FoundProgram, env: Readonly<Record<string, string | undefined>>): Promise<string | null> {
  const options = { env, extendEnv: false, reject: false, timeout: 15_000, stdin: 'ignore' } as const
  const { failed, stdout } = await execa(program.file, [...program.before, '--version'], options)
  const line = failed ? '' : (stdout.trim().split('\n')[0] ?? '')
  return line === '' ? null : line.slice(0, 100)
}

function candidates(command: string, { env, folder, platform }: Surroundings): string[] {
  const hasFolder = isAbsolute(command) || command.includes('/') || (platform === 'win32' && command.includes('\\'))
  const folders = hasFolder
    ? []
    : variable(env, 'PATH', platform)
        .split(delimiter)
        .filter((f) => f !== '')
  const paths = hasFolder ? [resolve(folder, command)] : folders.map((f) => join(f, command))
  if (platform !== 'win32' || extname(command) !== '') return paths
  const endings = (variable(env, 'PATHEXT', platform) || '.EXE;.CMD;.BAT').split(';')
  return paths.flatMap((path) => endings.map((ending) => path + ending.toLowerCase()))
}

/** Windows does not tell `Path` from `PATH`. */
function variable(env: Surroundings['env'], name: string, platform: NodeJS.Platform): string {
  if (platform !== 'win32') return env[name] ?? ''
  return Object.entries(env).find(([key]) => key.toUpperCase() === name)?.[1] ?? ''
}

async function isProgram(path: string, platform: NodeJS.Platform): Promise<boolean> {
  if (!(await isFile(path))) return false
  if (platform === 'win32') return true
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => s.isFile(),
    () => false,
  )
