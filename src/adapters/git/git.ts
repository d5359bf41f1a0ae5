import { rm } from 'node:fs/promises'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import { orDiskFull } from './disk-full.js'
import { type Environment, gitConfig, gitEnvironment } from './git-environment.js'
import { failureOf, lockIn } from './git-failure.js'
import { runProcess } from './git-process.js'
import { startShell } from './git-shell.js'
import { endKept, type KeptProcess, startKept } from './kept-process.js'
import { oneAtATime } from './one-at-a-time.js'
import { createShells, type Shells } from './shells.js'

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
  /** It may start something that outlasts it and holds its outputs open, as ssh does: no shell that is kept for others starts it. */
  readonly reachesOut?: boolean
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

/** Opens the door. One per process: the turn is its own. */
export function createGit(surroundings: { environment: Environment; sleep: (ms: number) => Promise<void> }): Git {
  const base = gitEnvironment(surroundings.environment)
  const kept = new Set<KeptProcess>()
  const keepAlive = (child: KeptProcess | null): KeptProcess | null => {
    if (child !== null) kept.add(child.once('close', () => kept.delete(child)))
    return child
  }
  const keep = ({ args, cwd, env }: KeptCall): KeptProcess | null =>
    keepAlive(startKept('git', withConfig(args), { cwd, env: { ...base, ...env } }))
  const shells = process.platform === 'win32' ? null : createShells(() => keepAlive(startShell(base)))
  const start = async (call: GitCall): Promise<Result<GitAnswer, Failure>> => {
    const started = call.reachesOut === true ? null : await byShell(shells, call)
    return judge(call, started ?? (await runProcess(call, { ...base, ...call.env })))
  }
  const run = async (call: GitCall): Promise<Result<GitAnswer, Failure>> => {
    const answer = await patiently(call)
    return answer.ok ? answer : err(await orDiskFull(answer.error, [call.cwd, ...call.args]))
  }
  const patiently = async (call: GitCall): Promise<Result<GitAnswer, Failure>> => {
    for (const delayMs of lockDelaysMs) {
      const answer = await start(call)
      const lock = answer.ok ? null : lockOf(answer.error)
      if (lock === null) return answer
      await surroundings.sleep(delayMs)
    }
    const answer = await start(call)
    const lock = answer.ok ? null : lockOf(answer.error)
    if (lock === null || call.mayUnlock === undefined || !(await call.mayUnlock(lock))) return answer
    await rm(lock, { force: true })
    return start(call)
  }
  const close = async (): Promise<void> => {
    await Promise.all([...kept].map(endKept))
  }
  return { run, keep, close, inTurn: oneAtATime() }
}

const withConfig = (args: readonly string[]): readonly string[] => [...gitConfig.flatMap((entry) => ['-c', entry]), ...args]

const lockOf = (failure: Failure): string | null => (failure.reason === 'git-failed' ? lockIn(failure.detail) : null)

type Ended = Result<GitAnswer | 'ended by a signal', Failure>

/** Null: it was not started. */
async function byShell(shells: Shells | null, call: GitCall): Promise<Ended | null> {
  const { args, cwd, env = {}, input = '' } = call
  try {
    const result = await shells?.run({ args: withConfig(args), cwd, env, input })
    if (result === undefined || result === 'unable') return null
    return ok(result === 'ended' || wasKilled(result) ? 'ended by a signal' : result)
  } catch (error) {
    return err(failureOf(call.doing, error instanceof Error ? error.message : String(error), call.cwd))
  }
}

/** Of a process that a signal ended, a shell says 128 and the signal's number; ksh says 256. Git says 129 itself when it is used wrongly. */
const wasKilled = ({ exitCode, stderr }: GitAnswer): boolean =>
  (exitCode > 128 && exitCode < 160 && !(exitCode === 129 && /^(usage|error): /m.test(stderr))) || exitCode > 255

function judge(call: GitCall, ended: Ended): Result<GitAnswer, Failure> {
  if (!ended.ok) return ended
  // Ctrl-C in a terminal reaches git as well: that says nothing about the repository.
  if (ended.value === 'ended by a signal') return err({ reason: 'interrupted' })
  const { exitCode, stdout, stderr } = ended.value
  // A lock is never an answer, whichever exit status it comes with.
  if ((call.exits ?? [0]).includes(exitCode) && (exitCode === 0 || lockIn(stderr) === null)) return ok(ended.value)
  if (stderr.includes('spawn git ENOENT')) return err(failureOf(call.doing, 'the program git was not found', call.cwd))
  return err(failureOf(call.doing, stderr.trim() === '' ? `exit status ${exitCode} ${stdout.slice(-500)}` : stderr, call.cwd))
}
