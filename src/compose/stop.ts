import { setTimeout as sleep } from 'node:timers/promises'
import { type Holding, readHolding, signalHolder } from '../adapters/store/run-lock.js'
import { err, ok, type Result } from '../core/result.js'
import type { Project } from './project.js'
import { asFailure, asWrongName, type Trouble } from './trouble.js'

/** What became of the run that was to be stopped; null: none was under way. */
export type Stopped = { readonly run: string } | null

const lookEveryMs = 100

/**
 * Asks the run that is under way to stop, as Ctrl-C in its own terminal does, or to end everything at once, and waits until it has.
 * @param asked told before the waiting begins
 */
export async function stopRun(
  project: Project,
  now: boolean,
  asked: (run: string, pid: number) => void,
): Promise<Result<Stopped, Trouble>> {
  const holding = await readHolding(project.lockFile)
  // Other commands hold the lock for a moment; they are no run.
  if (holding === null || holding.holder.run === 'none') return ok(null)
  const trouble = whyNot(project, holding, now)
  if (trouble !== null) return err(trouble)
  const { run, pid } = holding.holder
  if (await signalHolder(project.lockFile, holding.token, now ? 'SIGTERM' : 'SIGINT')) asked(run, pid)
  while ((await readHolding(project.lockFile))?.token === holding.token) await sleep(lookEveryMs)
  return ok({ run })
}

function whyNot(project: Project, { holder, state }: Holding, now: boolean): Trouble | null {
  if (state === 'unknown')
    return asFailure({ reason: 'locked', holder: `pid ${holder.pid} on ${holder.host}, another machine or container: stop it there` })
  if (project.surroundings.platform !== 'win32' || now) return null
  const message = 'on Windows a program can only be ended at once from outside'
  const hint = 'Press Ctrl-C in the terminal of the run, or: orch stop --now (orch resume goes on with what was cut off)'
  return asWrongName('--now', message, hint)
}
