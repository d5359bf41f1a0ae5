import { gibibyte, mebibyte } from '../machine.js'

/** Settings for a program that runs on Node, by what the machine has. */
export interface NodeSettings {
  /** Old generation, MiB. */
  readonly heapMiB: number
  /** One half of the young generation, MiB. */
  readonly semiSpaceMiB: number
  /** libuv's threads. */
  readonly threads: number
  /** Percent of memory for the heap, as the table has it, and what is kept for the rest, in bytes. */
  readonly share: number
  readonly reserve: number
}

const bands: readonly { readonly from: number; readonly share: number; readonly reserve: number }[] = [
  { from: 64, share: 70, reserve: 8 * gibibyte },
  { from: 32, share: 65, reserve: 6 * gibibyte },
  { from: 16, share: 60, reserve: 4 * gibibyte },
  { from: 0, share: 50, reserve: 2 * gibibyte },
]

const mostSemiSpaceMiB = 2048
const mostThreads = 16
/** libuv's own default. */
const fewestThreads = 4
const smallestStepMiB = 256

/**
 * Heap by memory: 60 % from 16 GB on, 65 % from 32, 70 % from 64, and half below; 4, 6, 8 and 2 GB (half of what there is, if that is
 * less) stay free. Floored to whole GiB. The band goes by the nominal size, since a machine sold with 16 GB shows some less; the
 * percentage by what is really there.
 * @param memory bytes, the container's limit where there is one
 * @param cores physical ones
 */
export function nodeSettings(memory: number, cores: number): NodeSettings {
  const nominal = Math.round(memory / gibibyte)
  const { share, reserve: asked } = bands.find((b) => nominal >= b.from) ?? { share: 50, reserve: 0 }
  const reserve = Math.min(asked, memory / 2)
  const heap = Math.min((memory * share) / 100, memory - reserve)
  return {
    heapMiB: flooredMiB(heap),
    semiSpaceMiB: Math.min(mostSemiSpaceMiB, Math.floor((memory * 0.03) / mebibyte)),
    threads: Math.max(fewestThreads, Math.min(mostThreads, cores)),
    share,
    reserve,
  }
}

function flooredMiB(bytes: number): number {
  const step = bytes >= gibibyte ? 1024 : smallestStepMiB
  return Math.max(smallestStepMiB, Math.floor(bytes / mebibyte / step) * step)
}

/** The same as the variables that Node and libuv read. */
export const nodeEnvironment = (settings: NodeSettings): Readonly<Record<'NODE_OPTIONS' | 'UV_THREADPOOL_SIZE', string>> => ({
  NODE_OPTIONS: `--max-old-space-size=${settings.heapMiB} --max-semi-space-size=${settings.semiSpaceMiB}`,
  UV_THREADPOOL_SIZE: String(settings.threads),
})
