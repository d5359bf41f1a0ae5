import { type ChildProcess, type ChildProcessByStdio, spawn as spawnChild } from 'node:child_process'
import { rm } from 'node:fs/promises'
import type { Readable, Writable } from 'node:stream'
import { simpleGit } from 'simple-git'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import { orDiskFull } from './disk-full.js'
import { type Environment, gitConfig, gitEnvironment } from './git-environment.js'
import { failureOf, lockIn } from './git-failure.js'
import { oneAtATime } from './one-at-a-time.js'

/** One git process. */
export interface GitCall {
  /** Completes "git failed to …". */
  readonly doing: string
  readonly args: readonly string[]
  readonly cwd: string
  /** Exit codes that are an answer; only 0 when absent. */
  readonly exits?: readonly number[]
  readonly env?: Readonly<Record<string, string>>
  /** Standard input; empty when absent. */
  readonly input?: string
  /** Whether a lock that stays is known to have been left behind by a process that is gone, and may be removed. */
  readonly mayUnlock?: (lock: string) => Promise<boolean>
}

export interface GitAnswer {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** One that stays; its environment is the door's, as for every other. */
export type KeptCall = Pick<GitCall, 'args' | 'cwd' | 'env'>

export type KeptProcess = ChildProcessByStdio<Writable, Readable, null>

/** The only door to git. */
export interface Git {
  /** Runs one process. A lock that somebody holds is waited for, about five seconds in all. */
  run(call: GitCall): Promise<Result<GitAnswer, Failure>>
  /**
   * Starts one that stays and answers questions on its standard input; null: it could not be started. What it complains of is lost.
   * It ends with its standard input, and so never outlives orch.
   */
  keep(call: KeptCall): KeptProcess | null
  /** Ends those that were kept, and waits for it: whoever leaves them behind leaves a zombie where process 1 collects none. */
  close(): Promise<void>
  /**
   * Whatever changes refs, worktrees or config goes through here, one at a time: parallel `git worktree add` fails in
   * half of all cases. Must not be asked for from within itself.
   */
  readonly inTurn: <T>(change: () => Promise<T>) => Promise<T>
}

const lockDelaysMs = [20, 50, 100, 200, 400, 800, 1600, 2000]

/** simple-git refuses these unless asked; here they only ever switch something off, or say where the person's settings lie. */
const unsafe = {
  allowUnsafeHooksPath: true,
  allowUnsafeFsMonitor: true,
  allowUnsafeProtocolOverride: true,
  allowUnsafeConfigEnvCount: true,
  allowUnsafeConfigPaths: true,
}

/** Opens the door. One per process: the turn is its own. */
export function createGit(surroundings: { environment: Environment; sleep: (ms: number) => Promise<void> }): Git {
  const base = gitEnvironment(surroundings.environment)
  const run = async (call: GitCall): Promise<Result<GitAnswer, Failure>> => {
    const answer = await patiently(call)
    return answer.ok ? answer : err(await orDiskFull(answer.error, [call.cwd, ...call.args]))
  }
  const patiently = async (call: GitCall): Promise<Result<GitAnswer, Failure>> => {
    for (const delayMs of lockDelaysMs) {
      const answer = await start(call, base)
      const lock = answer.ok ? null : lockOf(answer.error)
      if (lock === null) return answer
      await surroundings.sleep(delayMs)
    }
    const answer = await start(call, base)
    const lock = answer.ok ? null : lockOf(answer.error)
    if (lock === null || call.mayUnlock === undefined || !(await call.mayUnlock(lock))) return answer
    await rm(lock, { force: true })
    return start(call, base)
  }
  const kept = new Set<KeptProcess>()
  const keep = (call: KeptCall): KeptProcess | null => {
    const child = startKept(call, base)
    if (child !== null) child.once('close', () => kept.delete(child))
    if (child !== null) kept.add(child)
    return child
  }
  const close = async (): Promise<void> => {
    await Promise.all([...kept].map(endKept))
  }
  return { run, keep, close, inTurn: oneAtATime() }
}

const lockOf = (failure: Failure): string | null => (failure.reason === 'git-failed' ? lockIn(failure.detail) : null)

async function start(call: GitCall, base: Readonly<Record<string, string>>): Promise<Result<GitAnswer, Failure>> {
  const ended = await spawn(call, { ...base, ...call.env })
  if (!ended.ok) return ended
  // Ctrl-C in a terminal reaches git as well: that says nothing about the repository.
  if (ended.value === 'ended by a signal') return err({ reason: 'interrupted' })
  const { exitCode, stdout, stderr } = ended.value
  // A lock is never an answer, whichever exit status it comes with.
  if ((call.exits ?? [0]).includes(exitCode) && (exitCode === 0 || lockIn(stderr) === null)) return ok(ended.value)
  if (stderr.includes('spawn git ENOENT')) return err(failureOf(call.doing, 'the program git was not found', call.cwd))
  return err(failureOf(call.doing, stderr.trim() === '' ? `exit status ${exitCode} ${stdout.slice(-500)}` : stderr, call.cwd))
}

async function spawn(call: GitCall, env: Readonly<Record<string, string>>): Promise<Result<GitAnswer | 'ended by a signal', Failure>> {
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

/** simple-git knows only processes that end. */
function startKept(call: KeptCall, base: Readonly<Record<string, string>>): KeptProcess | null {
  const args = [...gitConfig.flatMap((entry) => ['-c', entry]), ...call.args]
  const env = { ...base, ...call.env }
  const child: ChildProcess = spawnChild('git', args, { cwd: call.cwd, env, stdio: ['pipe', 'pipe', 'ignore'], windowsHide: true })
  // A program that is not found is told late: whoever asks then hears of its end.
  child.on('error', () => undefined)
  // With too many files open, there are no pipes.
  return child.stdin?.writable === true && child.stdout?.readable === true ? (child as KeptProcess) : null
}

/** It has nothing to do but to notice the end of its input. */
const mostEndingMs = 2000

async function endKept(child: KeptProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((done) => child.once('close', done))
  const force = setTimeout(() => child.kill('SIGKILL'), mostEndingMs)
  child.ref()
  child.stdin.end()
  child.stdout.resume()
  await ended
  clearTimeout(force)
}

/** simple-git waits 50 ms more for a process that printed nothing, as most that change something do; an empty chunk at the end spares that. */
function tellTheEnd(_command: string, stdout: NodeJS.ReadableStream): void {
  stdout.once('end', () => stdout.emit('data', Buffer.alloc(0)))
}
