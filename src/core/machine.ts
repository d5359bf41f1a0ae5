/** What the processes of one session use together. */
export interface TreeUse {
  /** Bytes that would be free without them: pages shared with others are not counted. */
  readonly memory: number
  /** Processors kept busy since the look before, as a number: 0.5 is half of one. */
  readonly processors: number
}

/** What a machine, or the container that orch runs in, has and uses at an instant. Sizes in bytes. */
export interface MachineSample {
  /** The smaller of the machine and the container. */
  readonly memory: { readonly total: number; readonly available: number }
  /** Percent of the last ten seconds in which something had to wait for memory (Linux pressure information); null where it is not told. */
  readonly memoryStall: number | null
  /** Percent of all processors that were busy since the look before. */
  readonly cpu: number
  /** Logical processors. */
  readonly processors: number
  /** Where worktrees lie. */
  readonly disk: { readonly total: number; readonly free: number }
  /** By session, as far as its processes are there. */
  readonly sessions: Readonly<Record<string, TreeUse>>
}

export const mebibyte = 1024 ** 2
export const gibibyte = 1024 ** 3

/** `3.1 GiB`; below a tenth of one in MiB. */
export function sizeWords(bytes: number): string {
  if (!Number.isFinite(bytes)) return 'unlimited'
  const sign = bytes < 0 ? '-' : ''
  const size = Math.abs(bytes)
  return size < gibibyte / 10 ? `${sign}${Math.round(size / mebibyte)} MiB` : `${sign}${(size / gibibyte).toFixed(1)} GiB`
}
