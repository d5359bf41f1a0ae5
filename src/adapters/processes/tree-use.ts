import { execa } from 'execa'
import { type ProcessUse, ProcProcesses } from './proc-processes.js'
import { markerVariable } from './process-table.js'

/** What all processes with one marker use together. */
type TreeUseTotal = Omit<ProcessUse, 'marker'>

export type UseByMarker = Readonly<Record<string, TreeUseTotal>>

/**
 * What every process tree uses that orch has started, by its marker, at each call. Windows shows no environments, so there it is empty.
 * @param proc where Linux shows its processes
 * @param now milliseconds of a clock that never jumps
 */
export function treeUses(proc = '/proc', now: () => number = () => performance.now()): () => Promise<UseByMarker> {
  if (process.platform === 'win32') return () => Promise.resolve({})
  if (process.platform !== 'linux') return async () => addedUp(await usesByPs())
  const processes = new ProcProcesses(proc, now)
  return async () => addedUp(await processes.uses())
}

function addedUp(uses: readonly ProcessUse[]): UseByMarker {
  const sums: Record<string, TreeUseTotal> = {}
  for (const { marker, memory, cpuSeconds } of uses) {
    const before = sums[marker] ?? { memory: 0, cpuSeconds: 0 }
    sums[marker] = { memory: before.memory + memory, cpuSeconds: before.cpuSeconds + cpuSeconds }
  }
  return sums
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
