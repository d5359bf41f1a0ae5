import { z } from 'zod'
import { defaultConfig as fallback } from '../../core/config.js'
import { parseClockTime } from '../clock-time.js'
import { writeDuration } from '../duration.js'
import { amount, duration, factor, fraction, group, limit, option, yesOrNo } from './options.js'

const { rateLimit, pace } = fallback

const clockTimeError = 'a time of day like "07:30"'
const clockTime = z.string({ error: clockTimeError }).refine((value) => parseClockTime(value) !== null, { error: clockTimeError })

/** What the file may say of `rateLimit`. */
export const rateLimitSection = group(
  {
    autoResume: option(yesOrNo, 'Whether the run waits for a limit of the account to lift and goes on by itself.', rateLimit.autoResume),
    wait: option(limit, 'The first wait when the program does not say until when; doubled each time.', writeDuration(rateLimit.waitMs)),
    maxWait: option(limit, 'The longest wait before the run pauses.', writeDuration(rateLimit.maxWaitMs)),
    margin: option(
      duration,
      'How long after the stated instant work begins again, at least; at most twice as long.',
      writeDuration(rateLimit.marginMs),
    ),
    until: option(clockTime.nullable(), 'A local time like "07:30" beyond which a limit is not waited for; null: no such time.', null),
    pace: option(yesOrNo, 'Whether sessions start only as fast as the next keys say.', pace.enabled),
    requestsPerMinute: option(amount, 'Calls of the model in a minute, over all sessions.', pace.requestsPerMinute),
    tokensPerMinute: option(amount, 'Tokens in a minute, in and out, over all sessions.', pace.tokensPerMinute),
    tokensPerDay: option(amount, 'Tokens in 24 hours.', pace.tokensPerDay),
    burst: option(factor, 'How much of a minute may be used at once after a quiet time.', pace.burst),
    reserve: option(fraction, 'The part that only tasks of critical priority may use.', pace.reserve),
  },
  "The account's limits.",
)
