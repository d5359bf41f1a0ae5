import { type Json, list, number, object, objectsIn, text } from './json-line.js'
import type { ApiErrorNote, LimitInfo, ResultEvent, Spending, StreamEvent, ToolUse } from './stream-event.js'

/** Reads one line. Unknown types, other key orders and rubbish are no errors; events that stand within rubbish are found. */
export function readLine(line: string): StreamEvent[] {
  const events = objectsIn(line)
    .filter((o) => typeof o['type'] === 'string')
    .map(readEvent)
  return events.length > 0 ? events : [{ kind: 'other' }]
}

function readEvent(o: Json): StreamEvent {
  switch (o['type']) {
    case 'system':
      return readSystem(o)
    case 'assistant':
      return { kind: 'assistant', tools: toolUses(o), error: errorNote(o) }
    case 'stream_event':
      return readPartial(object(o['event']))
    case 'rate_limit_event':
      return { kind: 'limit', info: limitInfo(object(o['rate_limit_info'])) }
    case 'result':
      return readResult(o)
    case 'user':
      return { kind: 'tools-ended', ends: toolEnds(o) }
    case 'orch_invocation':
      return { kind: 'invocation', number: number(o['number']), cwd: text(o['cwd']), at: number(o['at']) ?? 0 }
    case 'orch_ended':
      return { kind: 'invocation-ended' }
    default:
      return { kind: 'other' }
  }
}

function readSystem(o: Json): StreamEvent {
  if (o['subtype'] === 'init') return { kind: 'init', permissionMode: text(o['permissionMode']), apiKeySource: text(o['apiKeySource']) }
  if (o['subtype'] === 'api_retry')
    return {
      kind: 'retry',
      attempt: number(o['attempt']) ?? 0,
      most: number(o['max_retries']) ?? 0,
      error: text(o['error']) ?? 'unknown',
      status: number(o['error_status']),
    }
  return { kind: 'other' }
}

function readPartial(event: Json): StreamEvent {
  if (event['type'] === 'content_block_delta') return { kind: 'delta' }
  const usage = object(event['usage'])
  if (event['type'] !== 'message_delta' || number(usage['output_tokens']) === null) return { kind: 'other' }
  return { kind: 'used', inputTokens: inputTokens(usage), outputTokens: number(usage['output_tokens']) ?? 0 }
}

const targetKeys = ['file_path', 'notebook_path', 'path', 'command', 'pattern', 'query', 'url', 'description'] as const
/** A command may hold a whole script; its beginning tells enough. */
const longestTarget = 500

function toolUses(o: Json): ToolUse[] {
  return list(object(o['message'])['content'])
    .map(object)
    .filter((block) => block['type'] === 'tool_use')
    .map((block) => {
      const input = object(block['input'])
      const target = targetKeys.map((key) => text(input[key])).find((value) => value !== null) ?? ''
      const name = text(block['name']) ?? 'tool'
      const file = writers.has(name) ? (text(input['file_path']) ?? text(input['notebook_path'])) : null
      const command = name === 'Bash' ? (text(input['command'])?.slice(0, longestCommand) ?? null) : null
      return { name, target: target.slice(0, longestTarget), id: text(block['id']) ?? '', file, command }
    })
}

const writers = new Set(['Write', 'Edit', 'MultiEdit', 'NotebookEdit'])
/** Enough to see what it names. */
const longestCommand = 20_000

const toolEnds = (o: Json): { id: string; failed: boolean }[] =>
  list(object(o['message'])['content'])
    .map(object)
    .filter((block) => block['type'] === 'tool_result')
    .map((block) => ({ id: text(block['tool_use_id']) ?? '', failed: block['is_error'] === true }))

function errorNote(o: Json): ApiErrorNote | null {
  const error = text(o['error'])
  if (error === null) return null
  return { error, apiError: text(o['api_error']), limit: optionalLimit(object(o['api_error_params'])['rate_limit_info']) }
}

function readResult(o: Json): ResultEvent {
  const usage = object(o['usage'])
  return {
    kind: 'result',
    subtype: text(o['subtype']) ?? '',
    isError: o['is_error'] === true,
    text: text(o['result']) ?? '',
    structured: o['structured_output'],
    errors: list(o['errors']).filter((e) => typeof e === 'string'),
    terminalReason: text(o['terminal_reason']),
    startupFailure: text(o['startup_failure_reason']),
    apiStatus: number(o['api_error_status']),
    apiError: text(o['api_error']),
    limit: optionalLimit(object(o['api_error_params'])['rate_limit_info']),
    denials: list(o['permission_denials']).length,
    turns: number(o['num_turns']) ?? 0,
    durationMs: number(o['duration_ms']) ?? 0,
    spent: spending(o['model_usage_since_last_result']),
    totalCostUsd: number(o['total_cost_usd']) ?? 0,
    inputTokens: inputTokens(usage),
    outputTokens: number(usage['output_tokens']) ?? 0,
  }
}

function spending(byModel: unknown): Spending | null {
  if (byModel === undefined || byModel === null) return null
  const sum = (...keys: string[]): number =>
    Object.values(object(byModel)).reduce<number>(
      (total, model) => total + keys.reduce((t, key) => t + (number(object(model)[key]) ?? 0), 0),
      0,
    )
  return {
    costUsd: sum('costUSD'),
    inputTokens: sum('inputTokens', 'cacheReadInputTokens', 'cacheCreationInputTokens'),
    outputTokens: sum('outputTokens'),
  }
}

/** Everything that the model was given, from the cache or not. */
const inputTokens = (usage: Json): number =>
  (number(usage['input_tokens']) ?? 0) +
  (number(usage['cache_creation_input_tokens']) ?? 0) +
  (number(usage['cache_read_input_tokens']) ?? 0)

const optionalLimit = (value: unknown): LimitInfo | null => (value === undefined || value === null ? null : limitInfo(object(value)))

function limitInfo(info: Json): LimitInfo {
  const paidExtra = info['overageInUse'] === true || info['isUsingOverage'] === true
  const closed = paidExtra ? closedWindow(object(info['unifiedWindows'])) : null
  return {
    rejected: info['status'] === 'rejected',
    resetsAt: closed?.resetsAt ?? epochMs(info['resetsAt']),
    window: closed?.window ?? text(info['rateLimitType']),
    paidExtra,
  }
}

/** With paid extra usage the event speaks of the extra's own window; the plan's is the one that was used up. */
function closedWindow(windows: Json): { window: string; resetsAt: number | null } | null {
  const closed = Object.entries(windows).find(([, w]) => object(w)['status'] === 'rejected')
  return closed === undefined ? null : { window: closed[0], resetsAt: epochMs(object(closed[1])['resetsAt']) }
}

/** The program gives seconds. */
function epochMs(seconds: unknown): number | null {
  const value = number(seconds)
  return value === null || value <= 0 ? null : value * 1000
}
