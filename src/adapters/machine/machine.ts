import type { Config } from '../../core/config.js'
import { availableInCgroup } from './cgroup.js'

const gibibyte = 1024 ** 3
/** Left to the person and the system. */
const reserveBytes = 2 * gibibyte
/** A session with the tests that it runs. */
const bytesPerSession = 0.7 * gibibyte
const mostByDefault = 4

/** What the machine says about its memory, in bytes. Infinity: no limit. */
export interface MemorySource {
  system(): Promise<number>
  cgroup(): Promise<number>
}

const realMemory: MemorySource = {
  async system() {
    // Loaded only when it is asked: it is large, and most commands need no answer.
    const { default: information } = await import('systeminformation')
    return (await information.mem()).available
  },
  cgroup: () => availableInCgroup('/'),
}

/** How many sessions may work at once: what the config says, else what the memory that is free now bears, from 1 to 4. */
export async function widthFor(config: Config, memory: MemorySource = realMemory): Promise<number> {
  return config.execution.concurrency ?? widthOf(Math.min(await memory.system(), await memory.cgroup()))
}

/** Pure: bytes free to sessions at once. */
export function widthOf(availableBytes: number): number {
  const fits = Math.floor((availableBytes - reserveBytes) / bytesPerSession)
  return Math.max(1, Math.min(mostByDefault, fits))
}
