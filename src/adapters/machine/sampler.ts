import type { MachineSample, TreeUse } from '../../core/machine.js'
import type { Machine } from '../../engine/ports/machine.js'
import type { MachineSources, TreeTotal } from './sources.js'

/** What the next look is compared with. */
interface Look {
  /** Milliseconds. */
  readonly at: number
  readonly busy: number
  readonly all: number
  readonly sessions: Readonly<Record<string, TreeTotal>>
}

export interface SamplerSetup {
  readonly sources: MachineSources
  readonly everyMs: number
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number
}

/** Looks at the machine at intervals, beside the work and not in its way, for as long as somebody listens. */
export function machineSampler(setup: SamplerSetup): Machine {
  const listeners = new Set<(sample: MachineSample) => void>()
  let timer: NodeJS.Timeout | undefined
  let last: Look | null = null
  let looking: Promise<MachineSample> | null = null

  /** One look for all who ask meanwhile. */
  function look(): Promise<MachineSample> {
    looking ??= takeSample(setup, last)
      .then(({ sample, look: taken }) => {
        last = taken
        return sample
      })
      .finally(() => (looking = null))
    return looking
  }

  async function tick(): Promise<void> {
    try {
      const sample = await look()
      for (const hear of listeners) hear(sample)
    } finally {
      schedule()
    }
  }

  function schedule(): void {
    clearTimeout(timer)
    if (listeners.size === 0) return
    // A look that fails is followed by the next one; whoever asks for one is told.
    timer = setTimeout(() => void tick().catch(() => undefined), setup.everyMs)
  }

  return {
    sample: look,
    watch(hear) {
      listeners.add(hear)
      schedule()
      return () => {
        listeners.delete(hear)
        if (listeners.size === 0) clearTimeout(timer)
      }
    },
  }
}

async function takeSample({ sources, now }: SamplerSetup, last: Look | null): Promise<{ sample: MachineSample; look: Look }> {
  const [memory, cgroup, stall, disk, sessions] = await Promise.all([
    sources.memory(),
    sources.cgroup(),
    sources.memoryStall(),
    sources.disk(),
    sources.sessions(),
  ])
  const times = sources.processorTimes()
  const look: Look = { at: now(), busy: times.busy, all: times.all, sessions }
  return {
    look,
    sample: {
      memory: { total: Math.min(memory.total, cgroup.limit), available: Math.min(memory.available, cgroup.available) },
      memoryStall: stall,
      cpu: last === null || look.all <= last.all ? 0 : (100 * (look.busy - last.busy)) / (look.all - last.all),
      processors: times.processors,
      disk,
      sessions: Object.fromEntries(
        Object.entries(sessions).map(([marker, total]) => [marker, useOf(marker, total, { last, now: look.at })]),
      ),
    },
  }
}

/** Processes that ended since the look before take their time with them: never less than none. */
function useOf(marker: string, total: TreeTotal, { last, now }: { last: Look | null; now: number }): TreeUse {
  const before = last?.sessions[marker]
  const seconds = last === null ? 0 : (now - last.at) / 1000
  const spent = before === undefined ? 0 : Math.max(0, total.cpuSeconds - before.cpuSeconds)
  return { memory: total.memory, processors: seconds > 0 ? spent / seconds : 0 }
}
