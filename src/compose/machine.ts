import { readHardware } from '../adapters/machine/hardware.js'
import { machineSampler } from '../adapters/machine/sampler.js'
import { realSources } from '../adapters/machine/sources.js'
import { treeUses } from '../adapters/processes/tree-use.js'
import type { Config } from '../core/config.js'
import { settingsFor } from '../core/hardware.js'
import { memoryFree, sessionsThatFit } from '../core/policy/admission.js'
import { expectedNeed } from '../core/policy/need.js'
import { nodeEnvironment } from '../core/policy/node-heap.js'
import type { Machine, SessionPeaks } from '../engine/ports/machine.js'

/** The machine as a run sees it. @param folder on the disk that matters */
export const machineOf = (folder: string, { sampleMs }: Config['resources']): Machine =>
  machineSampler({ sources: realSources(folder, treeUses()), everyMs: sampleMs, now: () => performance.now() })

/** Tasks at a time: what the config says, else what the memory that is free now bears. */
export async function widthFor({ execution, resources }: Config, machine: Machine, peaks: SessionPeaks): Promise<number> {
  if (execution.concurrency !== null) return execution.concurrency
  const need = expectedNeed(peaks.of('implement'), resources.perTaskMemory).memory
  return sessionsThatFit(memoryFree(await machine.sample(), resources), need, execution.maxConcurrency)
}

/** What sessions are told of the machine. `CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS` is Claude Code's own limit, 20 a session without it. */
export async function machineEnvironment({ resources }: Config, width: number): Promise<Readonly<Record<string, string>>> {
  const { subagents, nodeOptions } = resources
  return {
    ...(subagents === null ? {} : { CLAUDE_CODE_MAX_CONCURRENT_SUBAGENTS: String(Math.max(1, Math.floor(subagents / width))) }),
    ...(nodeOptions ? nodeEnvironment(settingsFor(await readHardware())) : {}),
  }
}
