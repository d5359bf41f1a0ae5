import type { Memory } from './memory.js'
import type { Action } from './script.js'
import type { Stream } from './stream.js'

/** How a session ends. Data, so that it is remembered before it is told. */
export type Ending =
  | { readonly kind: 'done'; readonly text: string; readonly structured?: unknown }
  | { readonly kind: 'limited'; readonly resetsAt: number | null; readonly window: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'stopped-short'; readonly by: 'turns' | 'budget' }
  | { readonly kind: 'crashed'; readonly by: number | NodeJS.Signals }
  | { readonly kind: 'silent' }
  | { readonly kind: 'hanging' }

type Refusal = 'overloaded' | 'login' | 'billing' | 'model' | 'too-long'

/** How the real program words a failed request: status, error of the message, type, text. */
const refusals: Readonly<Record<Refusal, readonly [number, string, string, string]>> = {
  overloaded: [
    529,
    'server_error',
    'overloaded_error',
    'API Error: Repeated 529 Overloaded errors. The API is at capacity — this is usually temporary. Try again in a moment.',
  ],
  login: [
    401,
    'authentication_failed',
    'authentication_error',
    'Failed to authenticate. API Error: 401 Invalid authentication credentials',
  ],
  billing: [400, 'billing_error', 'invalid_request_error', 'Credit balance is too low'],
  model: [
    404,
    'model_not_found',
    'not_found_error',
    "There's an issue with the selected model (understudy). It may not exist or you may not have access to it.",
  ],
  'too-long': [400, 'invalid_request', 'invalid_request_error', 'Prompt is too long'],
}

type EndingAction = Extract<Action, { kind: 'limit' | 'overloaded' | 'fail' | 'crash' | 'hang' | 'say-done' | 'no-result' }>

/** The ending that an action asks for; `now` in epoch milliseconds. */
export function endingOf(action: EndingAction, now: number): Ending {
  switch (action.kind) {
    case 'limit': {
      const { resetsIn, window } = action.limit
      return { kind: 'limited', resetsAt: resetsIn === null ? null : Math.ceil((now + resetsIn) / 1000), window }
    }
    case 'overloaded':
      return { kind: 'refused', refusal: 'overloaded' }
    case 'fail':
      return action.fail === 'turns' || action.fail === 'budget'
        ? { kind: 'stopped-short', by: action.fail }
        : { kind: 'refused', refusal: action.fail }
    case 'crash':
      return { kind: 'crashed', by: action.crash }
    case 'hang':
      return { kind: 'hanging' }
    case 'say-done':
      return { kind: 'done', text: 'All done!' }
    case 'no-result':
      return { kind: 'silent' }
  }
}

/** Speaks an ending. @returns the exit code; never for a crash by a signal or a hang */
export async function tellEnding(ending: Ending, stream: Stream, memory: Memory): Promise<number> {
  switch (ending.kind) {
    case 'done': {
      const { text, structured } = ending
      await stream.result({ subtype: 'success', isError: false, terminalReason: 'completed', text, structured })
      return 0
    }
    case 'limited':
      return tellLimit(ending, stream, memory)
    case 'refused':
      return tellRefusal(ending.refusal, stream)
    case 'stopped-short':
      return tellStoppedShort(ending.by, stream)
    case 'crashed':
      if (typeof ending.by === 'number') return ending.by
      process.kill(process.pid, ending.by)
      return never()
    case 'silent':
      return 0
    case 'hanging':
      return never()
  }
}

async function tellLimit(limit: Extract<Ending, { kind: 'limited' }>, stream: Stream, memory: Memory): Promise<number> {
  const { resetsAt, window } = limit
  const reset = resetsAt === null ? {} : { resetsAt, rateLimitType: window }
  const info = { status: 'rejected', ...reset, overageStatus: 'rejected', overageDisabledReason: 'out_of_credits', isUsingOverage: false }
  if (resetsAt !== null) memory.closeWindow({ resetsAt, window })
  const text =
    resetsAt === null
      ? 'API Error: Server is temporarily limiting requests (not your usage limit)'
      : `You've hit your ${windowName(window)} limit · resets ${clockTime(resetsAt)} (UTC)`
  const usageLimit = resetsAt === null ? {} : { api_error: 'usage_limit_reached' }
  const error = { api_error_status: 429, api_error_type: 'rate_limit_error', ...usageLimit }
  await stream.rateLimit(info)
  await stream.apiError(text, 'rate_limit', { ...error, ...(resetsAt === null ? {} : { api_error_params: { rate_limit_info: info } }) })
  await stream.result({
    subtype: 'success',
    isError: true,
    terminalReason: 'api_error',
    text,
    extra: { ...error, stop_reason: 'stop_sequence' },
  })
  return 1
}

async function tellRefusal(refusal: Refusal, stream: Stream): Promise<number> {
  const [status, error, type, text] = refusals[refusal]
  const retried = refusal === 'overloaded' ? [1, 2] : []
  for (const attempt of retried)
    await stream.system('api_retry', { attempt, max_retries: 10, retry_delay_ms: 1, error_status: status, error: 'overloaded' })
  const fields = { api_error_status: status, api_error_type: type }
  await stream.apiError(text, error, fields)
  const terminalReason = refusal === 'too-long' ? 'prompt_too_long' : 'api_error'
  await stream.result({ subtype: 'success', isError: true, terminalReason, text, extra: { ...fields, stop_reason: 'stop_sequence' } })
  return 1
}

async function tellStoppedShort(by: 'turns' | 'budget', stream: Stream): Promise<number> {
  const closing =
    by === 'turns'
      ? ({ subtype: 'error_max_turns', terminalReason: 'max_turns', errors: ['Reached maximum number of turns (2)'] } as const)
      : ({ subtype: 'error_max_budget_usd', terminalReason: 'budget_exhausted', errors: ['Reached maximum budget ($0.3)'] } as const)
  await stream.result({ ...closing, isError: true, text: null })
  return 1
}

/** Waits for the signal that ends the process; a timer keeps it alive until then. */
const never = (): Promise<never> => new Promise(() => setInterval(() => undefined, 2 ** 30))

const windowName = (window: string): string =>
  window === 'five_hour' ? '5-hour' : window === 'seven_day' ? 'weekly' : window.replaceAll('_', ' ')

/** Epoch seconds as the real program writes them: `4:58am`. */
function clockTime(epochSeconds: number): string {
  const at = new Date(epochSeconds * 1000)
  const hours = at.getUTCHours()
  return `${hours % 12 === 0 ? 12 : hours % 12}:${String(at.getUTCMinutes()).padStart(2, '0')}${hours < 12 ? 'am' : 'pm'}`
}
