import { endExactly } from '../adapters/processes/survivors.js'
import { readHolding } from '../adapters/store/run-lock.js'
import { type OwnProcess, ownProcesses } from './processes.js'
import type { Project } from './project.js'

/** What `orch clean --processes` would end. */
export interface LeftProcesses {
  readonly processes: readonly OwnProcess[]
  /** The run that is under way, whose processes are not among them unless they were asked for; null: none is. */
  readonly spared: string | null
}

/**
 * Processes that runs of this repository started and that live on. Those of a run that is under way are its own business.
 * @param withRunning take them all the same, except for orch itself
 */
export async function leftProcesses(project: Project, withRunning: boolean): Promise<LeftProcesses> {
  // In this order: what a run started that has begun since is not yet among them.
  const found = (await ownProcesses(project)).filter((one) => one.step !== 'orch')
  const holding = await readHolding(project.lockFile)
  const running = holding === null || holding.holder.run === 'none' ? null : holding.holder.run
  if (withRunning || running === null) return { processes: found, spared: null }
  const processes = found.filter((one) => one.run !== running)
  return { processes, spared: processes.length < found.length ? running : null }
}

/** Asks, waits for `health.killGrace`, and ends; exactly these and nothing that has their number by now. @returns those that are still there */
export async function endProcesses(project: Project, processes: readonly OwnProcess[]): Promise<readonly OwnProcess[]> {
  const seen = processes.flatMap((one) => one.seen ?? [])
  const left = new Set(await endExactly(seen, project.config.health.killGraceMs))
  return processes.filter(({ pid }) => left.has(pid))
}
