import { systemClock } from '../adapters/clock/clock.js'

/** Epoch milliseconds, for what is shown to a person. */
export const currentInstant = (): number => systemClock.now()
