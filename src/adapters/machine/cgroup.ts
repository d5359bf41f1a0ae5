import { readFile } from 'node:fs/promises'
import path from 'node:path'

/** One generation's file names and how it says which group a process is in. */
interface Generation {
  readonly line: RegExp
  readonly mount: string
  readonly limit: string
  readonly usage: string
  /** Cached files count as used, and go when room is needed. */
  readonly reclaimable: RegExp
}

const v2: Generation = {
  line: /^0::(.*)$/m,
  mount: 'sys/fs/cgroup',
  limit: 'memory.max',
  usage: 'memory.current',
  reclaimable: /^inactive_file (\d+)$/m,
}

const v1: Generation = {
  line: /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m,
  mount: 'sys/fs/cgroup/memory',
  limit: 'memory.limit_in_bytes',
  usage: 'memory.usage_in_bytes',
  reclaimable: /^total_inactive_file (\d+)$/m,
}

/** What a container or a service may have of the machine's memory, in bytes; Infinity where nothing is limited. */
export interface GroupMemory {
  /** The least limit over its group and those above it. */
  readonly limit: number
  /** The least that is still left over its group and those above it, which may be another one. */
  readonly available: number
}

const unreachable = 2 ** 60

const unlimited: GroupMemory = { limit: Number.POSITIVE_INFINITY, available: Number.POSITIVE_INFINITY }

/**
 * The memory of the group that orch itself is in.
 * @param root where `proc` and `sys` are
 */
export async function memoryInCgroup(root: string): Promise<GroupMemory> {
  const membership = await read(path.join(root, 'proc/self/cgroup'))
  const groups = await Promise.all([v2, v1].map((generation) => memoryIn(generation, root, membership)))
  return groups.reduce(tighter)
}

async function memoryIn(generation: Generation, root: string, membership: string): Promise<GroupMemory> {
  const group = generation.line.exec(membership)?.[1]
  if (group === undefined) return unlimited
  const mount = path.join(root, generation.mount)
  const groups = await Promise.all(withParents(group).map((folder) => memoryOf(generation, path.join(mount, folder))))
  return groups.reduce(tighter, unlimited)
}

const tighter = (a: GroupMemory, b: GroupMemory): GroupMemory => ({
  limit: Math.min(a.limit, b.limit),
  available: Math.min(a.available, b.available),
})

/** `/a/b` → `/a/b`, `/a`, `/`. In a container the group's own folder is often not there and the root is what counts. */
function withParents(group: string): string[] {
  const parts = group.split('/').filter((part) => part !== '' && part !== '..')
  return [...parts.keys(), parts.length].map((length) => `/${parts.slice(0, length).join('/')}`)
}

async function memoryOf(generation: Generation, folder: string): Promise<GroupMemory> {
  const [limit, usage, statistics] = await Promise.all([
    read(path.join(folder, generation.limit)),
    read(path.join(folder, generation.usage)),
    read(path.join(folder, 'memory.stat')),
  ])
  // Version 1 has no word for none, but a number that no machine reaches.
  if (Number(limit) >= unreachable) return unlimited
  if (!/^\d+\s*$/.test(limit) || !/^\d+\s*$/.test(usage)) return unlimited
  const reclaimable = Number(generation.reclaimable.exec(statistics)?.[1] ?? 0)
  return { limit: Number(limit), available: Math.max(0, Number(limit) - Number(usage) + reclaimable) }
}

const read = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '')
