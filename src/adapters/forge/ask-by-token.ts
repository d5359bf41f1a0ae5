import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import type { AskForge } from './forge.js'

export interface TokenAccess {
  /** Of the REST interface, as `https://api.github.com`. */
  readonly base: string
  /** Goes into a header and nowhere else. */
  readonly headers: Readonly<Record<string, string>>
  readonly stop: AbortSignal
}

const longestAnswerMs = 30_000

/** Asks over the network with a token. A redirect is not followed: it would take the token along. */
export function askByToken({ base, headers, stop }: TokenAccess): AskForge {
  return async (doing, method, path, body): Promise<Result<unknown, Failure>> => {
    const failed = (detail: string) => err({ reason: 'forge-failed', doing, detail } as const)
    // What `fetch` says of a header that it cannot send repeats it.
    if (!Object.values(headers).every(isSendable)) return failed('the token holds characters that no token has, like a line end')
    try {
      const response = await fetch(`${base.replace(/\/+$/, '')}/${path}`, {
        method,
        headers: { ...headers, 'user-agent': 'orch', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'error',
        signal: AbortSignal.any([stop, AbortSignal.timeout(longestAnswerMs)]),
      })
      const answer: unknown = await response.json().catch(() => null)
      return response.ok ? ok(answer) : failed(`status ${response.status}${messageOf(answer)}`)
    } catch (error) {
      if (stop.aborted) return err({ reason: 'interrupted' })
      return failed(causeOf(error))
    }
  }
}

/** Visible characters of ASCII, and blanks between them. */
const isSendable = (value: string): boolean => /^[ -~]*$/.test(value)

/** What both forges put into an answer that is bad news. */
function messageOf(answer: unknown): string {
  if (typeof answer !== 'object' || answer === null) return ''
  const { message, errors } = answer as { message?: unknown; errors?: unknown }
  return [message, errors]
    .flatMap((part) => (part === undefined ? [] : [`: ${typeof part === 'string' ? part : JSON.stringify(part)}`]))
    .join('')
}

/** `fetch` hides why it failed in the cause. */
function causeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return `no answer within ${longestAnswerMs / 1000} s`
  return error.cause instanceof Error ? error.cause.message : error.message
}
