import { z } from 'zod'
import { defaultConfig as fallback } from '../../core/config.js'
import { writeDuration } from '../duration.js'
import { duration, factor, group, limit, oneOf, option, wholeNumber, yesOrNo } from './options.js'

const { execution } = fallback

const concurrencyError = '"auto" or a whole number from 1 to 200'
const concurrency = z.union([z.literal('auto'), wholeNumber(1, 200, concurrencyError)], { error: concurrencyError })
const atOnce = 'How many tasks at a time: "auto" for as many as the memory that is free bears, or a number from 1 to 200.'
const checksAtOnce =
  'How many commands (checks, setup, entry requirements) at a time: "auto" for as many as there are processors, or a number from 1 to 200.'
const rampUp = 'How many sessions may begin within any minute, so that they do not all start at once; null: no matter how many.'
const redBase =
  'When the checks fail on the commit that a stage starts from: "go-on" tells it and begins all the same, "stop" ends the run before anything is paid for.'

/** What the file may say of `execution`. */
export const executionSection = group(
  {
    concurrency: option(concurrency, atOnce, 'auto'),
    maxConcurrency: option(wholeNumber(1, 200), 'The most tasks at a time that "auto" may choose.', execution.maxConcurrency),
    checkConcurrency: option(concurrency, checksAtOnce, 'auto'),
    spawnPerMinute: option(wholeNumber(1, 10_000).nullable(), rampUp, execution.spawnPerMinute),
    taskTimeout: option(limit, 'How long one session of the agent may take.', writeDuration(execution.taskTimeoutMs)),
    checkTimeout: option(limit, 'How long one check may take.', writeDuration(execution.checkTimeoutMs)),
    retries: option(wholeNumber(0, 100), 'How many failed sessions in a row are repeated.', execution.retries),
    retryDelay: option(duration, 'The first delay when the service does not answer.', writeDuration(execution.retryDelayMs)),
    retryFactor: option(factor, 'By how much each further delay is longer.', execution.retryFactor),
    retryMax: option(duration, 'The longest delay.', writeDuration(execution.retryMaxMs)),
    keepAwake: option(yesOrNo, 'Whether the machine is kept from falling asleep while a run is carried out.', execution.keepAwake),
    redBase: option(oneOf(['go-on', 'stop']), redBase, execution.redBase),
  },
  'How tasks are carried out.',
)
