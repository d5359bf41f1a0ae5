import { execa } from 'execa'
import { err, ok } from '../../core/result.js'
import type { AskForge } from './forge.js'

/** `gh` or `glab`, which log in by themselves. */
export interface ForgeProgram {
  readonly name: 'gh' | 'glab'
  readonly host: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stop: AbortSignal
}

const longestMs = 60_000

/** Whether the program is there and has a login for the host. */
export async function isLoggedIn(program: ForgeProgram): Promise<boolean> {
  const { exitCode } = await start(program, ['auth', 'status', '--hostname', program.host])
  return exitCode === 0
}

/** Asks by `gh api` and `glab api`: both print the answer's JSON, and for bad news what the server says of it. */
export function askByProgram(program: ForgeProgram): AskForge {
  return async (doing, method, path, body) => {
    const input = body === undefined ? [] : ['--input', '-', '--header', 'Content-Type: application/json']
    const args = ['api', '--hostname', program.host, '--method', method, ...input, path]
    const { exitCode, stdout, stderr, shortMessage } = await start(program, args, body === undefined ? '' : JSON.stringify(body))
    if (program.stop.aborted) return err({ reason: 'interrupted' })
    if (exitCode !== 0)
      return err({ reason: 'forge-failed', doing, detail: stderr.trim() === '' ? (shortMessage ?? 'no reason given') : stderr.trim() })
    try {
      return ok(JSON.parse(stdout) as unknown)
    } catch {
      return err({ reason: 'forge-failed', doing, detail: `${program.name} printed no JSON` })
    }
  }
}

/** A program that is not there ends without an exit status. */
function start({ name, cwd, env, stop }: ForgeProgram, args: readonly string[], input = '') {
  return execa(name, [...args], {
    cwd,
    env: { ...env, NO_COLOR: '1', GH_PROMPT_DISABLED: '1' },
    extendEnv: false,
    input,
    reject: false,
    timeout: longestMs,
    cancelSignal: stop,
  })
}
