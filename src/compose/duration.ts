import { parseDuration } from '../documents/duration.js'

/** A duration as it is typed, `2h30m`: milliseconds, or null when it cannot be read. */
export const readDuration = (typed: string): number | null => parseDuration(typed)
