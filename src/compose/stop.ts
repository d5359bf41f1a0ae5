import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../adapters/clock/clock.js'
import { endMarked, findMarked } from '../adapters/processes/survivors.js'
import { acquireLock, type Holding, readHolding, signalHolder } from '../adapters/store/run-lock.js'
import { err, ok, type Result } from '../core/result.js'
import { markersOf } from './processes.js'
import type { Project } from './project.js'
import { asFailure, asWrongName, type Trouble } from './trouble.js'

/** What was stopped. */
export interface Stopped {
  /** Null: none was under way. */
  readonly run: string | null
  /** Processes that a killed orch had left behind, and that were ended. */
  readonly ended: readonly number[]
}

const lookEveryMs = 100

/**
 * Asks the run that is under way to stop, as Ctrl-C in its own terminal does, or to end everything at once, and waits until it has.
 * Where none is, what a killed one left running is ended.
 * @param asked told before the waiting begins
 */
export async function stopRun(
  project: Project,
  now: boolean,
  asked: (run: string, pid: number) => void,
): Promise<Result<Stopped, Trouble>> {
  const holding = await readHolding(project.lockFile)
  // Other commands hold the lock for a moment; they are no run.
  if (holding === null || holding.holder.run === 'none') return endLeftovers(project)
  const trouble = whyNot(project, holding, now)
  if (trouble !== null) return err(trouble)
  const { run, pid } = holding.holder
  if (await signalHolder(project.lockFile, holding.token, now ? 'SIGTERM' : 'SIGINT')) asked(run, pid)
  while ((await readHolding(project.lockFile))?.token === holding.token) await sleep(lookEveryMs)
  return ok({ run, ended: [] })
}

/** Under the lock, so that nothing of a run that begins right now is taken for left over. */
async function endLeftovers(project: Project): Promise<Result<Stopped, Trouble>> {
  const markers = await markersOf(project)
  if ((await findMarked(markers)).length === 0) return ok({ run: null, ended: [] })
  const at = new Date(systemClock.now()).toISOString()
  const lock = await acquireLock({ path: project.lockFile, run: 'none', command: 'orch stop', at })
  if (!lock.ok) return err(asFailure(lock.error))
  try {
    return ok({ run: null, ended: await endMarked(markers) })
  } finally {
    await lock.value.release()
  }
}

function whyNot(project: Project, { holder, state }: Holding, now: boolean): Trouble | null {
  if (state === 'unknown')
    return asFailure({ reason: 'locked', holder: `pid ${holder.pid} on ${holder.host}, another machine or container: stop it there` })
  if (project.surroundings.platform !== 'win32' || now) return null
  const message = 'on Windows a program can only be ended at once from outside'
  const hint = 'Press Ctrl-C in the terminal of the run, or: orch stop --now (orch resume goes on with what was cut off)'
  return asWrongName('--now', message, hint)
}
