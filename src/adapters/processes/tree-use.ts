import { readdir, readFile } from 'node:fs/promises'
import { execa } from 'execa'
import { markerVariable } from './process-table.js'

/** What all processes with one marker use together. */
export interface TreeUseTotal {
  /** Bytes that would be free without them: pages shared with others, such as the program's own, are not counted. */
  readonly memory: number
  /** Seconds of processor time since they began. */
  readonly cpuSeconds: number
}

export type UseByMarker = Readonly<Record<string, TreeUseTotal>>

interface ProcessUse extends TreeUseTotal {
  readonly marker: string
}

/** Clock ticks a second in `/proc/<pid>/stat`: the kernel's USER_HZ, 100 on everything that Node runs on. */
const ticksPerSecond = 100

/** What every process tree uses that orch has started, by its marker. Windows shows no environments, so there it is empty. */
export async function useByMarker(): Promise<UseByMarker> {
  if (process.platform === 'win32') return {}
  return addedUp(process.platform === 'linux' ? await usesInProc() : await usesByPs())
}

function addedUp(uses: readonly ProcessUse[]): UseByMarker {
  const sums: Record<string, TreeUseTotal> = {}
  for (const { marker, memory, cpuSeconds } of uses) {
    const before = sums[marker] ?? { memory: 0, cpuSeconds: 0 }
    sums[marker] = { memory: before.memory + memory, cpuSeconds: before.cpuSeconds + cpuSeconds }
  }
  return sums
}

async function usesInProc(): Promise<ProcessUse[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(pids.map(useInProc))
  return found.filter((use) => use !== null)
}

async function useInProc(pid: string): Promise<ProcessUse | null> {
  try {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8')
    const marker = environment.split('\0').find((e) => e.startsWith(`${markerVariable}=`))
    if (marker === undefined) return null
    const [status, stat] = await Promise.all([readFile(`/proc/${pid}/status`, 'utf8'), readFile(`/proc/${pid}/stat`, 'utf8')])
    return { marker: marker.slice(markerVariable.length + 1), memory: memoryIn(status), cpuSeconds: cpuIn(stat) }
  } catch {
    // It is another user's, or has ended.
    return null
  }
}

/** Its own pages, those that it shares through memory files and those that were swapped out. */
function memoryIn(status: string): number {
  const kibibytes = ['RssAnon', 'RssShmem', 'VmSwap'].map((name) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0),
  )
  return kibibytes.reduce((sum, n) => sum + n, 0) * 1024
}

/** Fields 14 and 15; the name in brackets before them may hold anything. */
function cpuIn(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / ticksPerSecond
}

async function usesByPs(): Promise<ProcessUse[]> {
  const environment = process.platform === 'darwin' ? '-E' : '-e'
  const listing = await execa('ps', ['-axww', environment, '-o', 'rss=,time=,command='], { env: { LC_ALL: 'C' }, reject: false })
  return listing.failed ? [] : readPsUses(listing.stdout)
}

/** `  10240   1:02.50 node x.mjs ORCH_MARKER=…`: KiB, then hours or days only where there are some. */
export function readPsUses(text: string): ProcessUse[] {
  const marked = new RegExp(`^\\s*(\\d+)\\s+([\\d:.-]+)\\s.*(?:^|\\s)${markerVariable}=(\\S+)`)
  return text.split('\n').flatMap((line) => {
    const [, rss = '', time = '', marker = ''] = marked.exec(line) ?? []
    return marker === '' ? [] : [{ marker, memory: Number(rss) * 1024, cpuSeconds: secondsIn(time) }]
  })
}

function secondsIn(time: string): number {
  const [clock = '', days = '0'] = time.split('-').reverse()
  const seconds = clock.split(':').reduce((sum, part) => sum * 60 + Number(part), 0)
  return Number(days) * 86_400 + seconds
}
