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

/**
 * How many bytes a container or a service may still take: the least over its group and those above it.
 * Infinity where nothing is limited, and on systems without such groups.
 * @param root where `proc` and `sys` are
 */
export async function availableInCgroup(root: string): Promise<number> {
  const membership = await read(path.join(root, 'proc/self/cgroup'))
  const left = await Promise.all([v2, v1].map((generation) => availableIn(generation, root, membership)))
  return Math.min(...left)
}

async function availableIn(generation: Generation, root: string, membership: string): Promise<number> {
  const group = generation.line.exec(membership)?.[1]
  if (group === undefined) return Number.POSITIVE_INFINITY
  const mount = path.join(root, generation.mount)
  const left = await Promise.all(withParents(group).map((folder) => leftIn(generation, path.join(mount, folder))))
  return Math.min(...left)
}

/** `/a/b` → `/a/b`, `/a`, `/`. In a container the group's own folder is often not there and the root is what counts. */
function withParents(group: string): string[] {
  const parts = group.split('/').filter((part) => part !== '' && part !== '..')
  return [...parts.keys(), parts.length].map((length) => `/${parts.slice(0, length).join('/')}`)
}

async function leftIn(generation: Generation, folder: string): Promise<number> {
  const [limit, usage, statistics] = await Promise.all([
    read(path.join(folder, generation.limit)),
    read(path.join(folder, generation.usage)),
    read(path.join(folder, 'memory.stat')),
  ])
  if (!/^\d+\s*$/.test(limit) || !/^\d+\s*$/.test(usage)) return Number.POSITIVE_INFINITY
  const reclaimable = Number(generation.reclaimable.exec(statistics)?.[1] ?? 0)
  return Math.max(0, Number(limit) - Number(usage) + reclaimable)
}

const read = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '')
