import { defaultConfig as fallback } from '../../core/config.js'
import { writeDuration } from '../duration.js'
import { duration, group, limit, option, wholeNumber } from './options.js'

const { health } = fallback

/** What the file may say of `health`. */
export const healthSection = group(
  {
    stuckAfter: option(
      limit,
      'How long a session may give no sign of life while no tool runs; then it is nudged, after that begun anew, after that its task is parked.',
      writeDuration(health.stuckAfterMs),
    ),
    toolTimeout: option(limit, 'The same while a tool of it runs, such as a long build.', writeDuration(health.toolTimeoutMs)),
    killGrace: option(duration, 'How long a process has to end by itself before it is ended by force.', writeDuration(health.killGraceMs)),
    breaker: option(
      wholeNumber(0, 1000),
      'After how many failures in a row for the same cause, met by several tasks, the stage stops; 0: never.',
      health.breaker,
    ),
  },
  'When sessions hang.',
)
