import type { MachineSample } from '../../core/machine.js'
import type { Peak } from '../../core/policy/need.js'
import type { SessionStep } from '../../core/session.js'

/** Where worktrees and records lie. */
export interface Disk {
  /** So little room is left that nothing more should be started; what fails then fails for want of space. */
  isFull(): Promise<boolean>
  readonly path: string
}

/** The machine that everything runs on, looked at beside the work. */
export interface Machine {
  /** Looks now. */
  sample(): Promise<MachineSample>
  /** Hears a look every `resources.sample` until what is returned is called. */
  watch(hear: (sample: MachineSample) => void): () => void
}

/** What earlier sessions of the project took of the machine at most, by what they were for. */
export interface SessionPeaks {
  of(step: SessionStep): readonly Peak[]
  /** Remembers one more. Never rejects: what is not learnt is expected as before. */
  learn(step: SessionStep, peak: Peak): Promise<void>
}
