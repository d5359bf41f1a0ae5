import { simpleGit } from 'simple-git'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import type { GitAnswer, GitCall } from './git.js'
import { gitConfig } from './git-environment.js'
import { failureOf } from './git-failure.js'

/** simple-git refuses these unless asked; here they only ever switch something off, or say where the person's settings lie. */
const unsafe = {
  allowUnsafeHooksPath: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
}

/** Starts git in the ordinary way. @param env all that it is given */
export async function runProcess(
  call: GitCall,
  env: Readonly<Record<string, string>>,
): Promise<Result<GitAnswer | 'ended by a signal', Failure>> {
  let exitCode = -1
  let stderr = ''
  try {
    const git = simpleGit({
      baseDir: call.cwd,
      config: [...gitConfig],
      unsafe,
      // What may be in there was decided by gitEnvironment and by the call.
      allowEnvironment: Object.keys(env).filter((name) => name.toUpperCase().startsWith('GIT_')),
      // The default takes an output for complete 50 ms after the exit, and cuts off what comes later.
      completion: { onClose: true, onExit: false },
      // Always given, since simple-git closes standard input only then.
      input: () => Buffer.from(call.input ?? ''),
      errors: (_error, result) => {
        exitCode = result.exitCode
        stderr = Buffer.concat(result.stdErr).toString('utf8')
        return undefined
      },
    })
    git.env({ ...env }).outputHandler(tellTheEnd)
    const stdout = await git.raw([...call.args])
    // Then there is no exit status, whatever the type says.
    return ok(Number.isInteger(exitCode) ? { exitCode, stdout, stderr } : 'ended by a signal')
  } catch (error) {
    return err(failureOf(call.doing, error instanceof Error ? error.message : String(error), call.cwd))
  }
}

/** simple-git waits 50 ms more for a process that printed nothing, as most that change something do; an empty chunk at the end spares that. */
function tellTheEnd(_command: string, stdout: NodeJS.ReadableStream): void {
  stdout.once('end', () => stdout.emit('data', Buffer.alloc(0)))
}
