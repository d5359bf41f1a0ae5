import { arch, cpus, platform, totalmem } from 'node:os'
import type { Hardware } from '../../core/hardware.js'
import { memoryInCgroup } from './cgroup.js'

/** What is here. */
export async function readHardware(): Promise<Hardware> {
  const { default: information } = await import('systeminformation')
  const [processor, memory, group] = await Promise.all([information.cpu(), information.mem(), memoryInCgroup('/')])
  const logical = Math.max(1, cpus().length)
  return {
    memory: memory.total > 0 ? memory.total : totalmem(),
    available: memory.total > 0 ? memory.available : 0,
    container: Number.isFinite(group.limit) ? group : null,
    logicalCores: logical,
    // In some virtual machines the tables of the processor are empty.
    physicalCores: Math.max(1, Math.min(logical, processor.physicalCores || logical)),
    model: [processor.manufacturer, processor.brand].filter((part) => part !== '').join(' ') || (cpus()[0]?.model ?? 'unknown'),
    platform: platform(),
    architecture: arch(),
  }
}
