import { statfs } from 'node:fs/promises'
import { cpus, freemem, totalmem } from 'node:os'
import { type GroupMemory, memoryInCgroup } from './cgroup.js'
import { memoryStall } from './memory-stall.js'

/** What one process tree uses, counted since its processes began. */
export interface TreeTotal {
  /** Bytes. */
  readonly memory: number
  /** Seconds of processor time. */
  readonly cpuSeconds: number
}

/** Where a sample's figures come from. */
export interface MachineSources {
  /** The whole machine's, in bytes. */
  memory(): Promise<{ readonly total: number; readonly available: number }>
  cgroup(): Promise<GroupMemory>
  memoryStall(): Promise<number | null>
  /** Time of all processors since the boot, in any unit. */
  processorTimes(): { readonly busy: number; readonly all: number; readonly processors: number }
  disk(): Promise<{ readonly total: number; readonly free: number }>
  /** By marker. */
  sessions(): Promise<Readonly<Record<string, TreeTotal>>>
}

/**
 * The real ones.
 * @param folder on the disk that matters
 * @param sessions what looks at the processes
 */
export function realSources(folder: string, sessions: MachineSources['sessions']): MachineSources {
  return {
    async memory() {
      // Loaded only when it is asked: it is large, and most commands need no answer.
      const { default: information } = await import('systeminformation')
      const { total, available } = await information.mem()
      return total > 0 ? { total, available } : { total: totalmem(), available: freemem() }
    },
    cgroup: () => memoryInCgroup('/'),
    memoryStall: () => memoryStall('/'),
    processorTimes,
    async disk() {
      const { bavail, blocks, bsize, bfree } = await statfs(folder)
      // What is kept for the administrator is neither free nor used.
      return { total: (blocks - bfree + bavail) * bsize, free: bavail * bsize }
    },
    sessions,
  }
}

function processorTimes(): ReturnType<MachineSources['processorTimes']> {
  const all = cpus()
  const times = all.map(({ times: t }) => ({ idle: t.idle, all: t.idle + t.user + t.nice + t.sys + t.irq }))
  const total = times.reduce((sum, t) => sum + t.all, 0)
  return { busy: total - times.reduce((sum, t) => sum + t.idle, 0), all: total, processors: Math.max(1, all.length) }
}
