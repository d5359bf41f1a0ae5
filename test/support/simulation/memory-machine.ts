import { gibibyte, type MachineSample } from '../../../src/core/machine.js'
import type { Peak } from '../../../src/core/policy/need.js'
import type { SessionStep } from '../../../src/core/session.js'
import type { Machine, SessionPeaks } from '../../../src/engine/ports/machine.js'

/** Room for everything. */
export const roomy: MachineSample = {
  memory: { total: 1024 * gibibyte, available: 1024 * gibibyte },
  memoryStall: null,
  cpu: 0,
  processors: 8,
  disk: { total: 1024 * gibibyte, free: 1024 * gibibyte },
  sessions: {},
}

/** A machine that is as a test says, and is looked at when it says so. */
export class MemoryMachine implements Machine {
  now: MachineSample = roomy
  readonly #listeners = new Set<(sample: MachineSample) => void>()

  sample(): Promise<MachineSample> {
    return Promise.resolve(this.now)
  }

  watch(hear: (sample: MachineSample) => void): () => void {
    this.#listeners.add(hear)
    return () => this.#listeners.delete(hear)
  }

  /** From now on it is like that; everybody who listens hears it. */
  becomes(part: Partial<MachineSample>): void {
    this.now = { ...this.now, ...part }
    for (const hear of this.#listeners) hear(this.now)
  }
}

export class MemoryPeaks implements SessionPeaks {
  readonly learnt: { readonly step: SessionStep; readonly peak: Peak }[] = []

  of(step: SessionStep): readonly Peak[] {
    return this.learnt.filter((l) => l.step === step).map((l) => l.peak)
  }

  learn(step: SessionStep, peak: Peak): Promise<void> {
    this.learnt.push({ step, peak })
    return Promise.resolve()
  }
}
