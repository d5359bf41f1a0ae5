import { glance } from './glance.js'
import { type Json, list, number, object, objectsIn, parseObject, text } from './json-line.js'
import { limitInfo, limitOfError } from './limit-info.js'
import { callUsage, tokenCount, usageByModel } from './reported-usage.js'
import type { ApiErrorNote, ResultEvent, StreamEvent, ToolUse } from './stream-event.js'

/** Lines that may come between the two halves of a broken one. */
const mostBetween = 4

/**
 * Reads the program's output line by line. Unknown types, other key orders and rubbish are no errors. Two writers may get
 * into each other's lines: an event that stands in the middle of another one is found, and the other one too, though its
 * end may come some lines later.
 */
export class StreamReader {
  #broken: { readonly text: string; readonly age: number } | null = null

  read(line: string): readonly StreamEvent[] {
    // While half a line waits for its end, each line may be it.
    const known = this.#broken === null ? (glance(line) ?? readObject(parseObject(line))) : null
    return known ?? this.#search(line)
  }

  #search(line: string): readonly StreamEvent[] {
    const { objects, rest } = objectsIn(line)
    const events = [...objects, ...this.#mended(rest)].filter(isEvent).map(readEvent)
    return events.length > 0 ? events : nothing
  }

  #mended(rest: string | null): readonly Json[] {
    const before = this.#broken
    if (before !== null) this.#broken = before.age >= mostBetween ? null : { ...before, age: before.age + 1 }
    if (rest === null) return []
    const whole = before === null ? null : objectsIn(`${before.text}${rest}`)
    if (whole !== null && whole.rest === null) {
      this.#broken = null
      return whole.objects
    }
    if (rest.startsWith('{')) this.#broken = { text: rest, age: 0 }
    return []
  }
}

const nothing: readonly StreamEvent[] = [{ kind: 'other' }]
const isEvent = (o: Json): boolean => typeof o['type'] === 'string'
const readObject = (o: Json | null): readonly StreamEvent[] | null => (o === null ? null : isEvent(o) ? [readEvent(o)] : nothing)

/** Reads one line for itself. */
export const readLine = (line: string): readonly StreamEvent[] => new StreamReader().read(line)

function readEvent(o: Json): StreamEvent {
  switch (o['type']) {
    case 'system':
      return readSystem(o)
    case 'assistant':
      return readAssistant(o)
    case 'stream_event':
      return readPartial(object(o['event']))
    case 'rate_limit_event':
      return { kind: 'limit', info: limitInfo(object(o['rate_limit_info'])) }
    case 'result':
      return readResult(o)
    case 'user':
      return { kind: 'tools-ended', ends: toolEnds(o) }
    case 'orch_invocation':
      return { kind: 'invocation', number: number(o['number']), cwd: text(o['cwd']), at: number(o['at']) }
    case 'orch_ended':
      return {
        kind: 'ended',
        exitCode: number(o['exitCode']),
        signal: text(o['signal']),
        stderrTail: text(o['stderrTail']) ?? '',
        endedFor: text(o['endedFor']),
      }
    default:
      return { kind: 'other' }
  }
}

function readSystem(o: Json): StreamEvent {
  if (o['subtype'] === 'init')
    return { kind: 'init', permissionMode: text(o['permissionMode']), apiKeySource: text(o['apiKeySource']), model: text(o['model']) }
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

function readAssistant(o: Json): StreamEvent {
  const message = object(o['message'])
  const isOwnNote = message['model'] === '<synthetic>'
  const used = isOwnNote || message['usage'] === undefined ? null : callUsage(message)
  return { kind: 'assistant', tools: toolUses(o), error: errorNote(o), used, isSubagent: text(o['parent_tool_use_id']) !== null }
}

function readPartial(event: Json): StreamEvent {
  if (event['type'] === 'content_block_delta') return { kind: 'delta' }
  if (event['type'] === 'message_start') return { kind: 'used', used: callUsage(object(event['message'])) }
  const usage = object(event['usage'])
  if (event['type'] !== 'message_delta' || number(usage['output_tokens']) === null) return { kind: 'other' }
  return { kind: 'used', used: { message: null, model: null, tokens: tokenCount(usage) } }
}

const targetKeys = ['file_path', 'notebook_path', 'path', 'command', 'pattern', 'query', 'url', 'description'] as const
/** A command may hold a whole script; its beginning tells enough. */
const longestTarget = 500

function toolUses(o: Json): readonly ToolUse[] {
  const blocks = list(object(o['message'])['content']).map(object)
  return blocks.some(isToolUse) ? blocks.filter(isToolUse).map(toolUse) : noTools
}

const noTools: readonly ToolUse[] = []
const isToolUse = (block: Json): boolean => block['type'] === 'tool_use'

function toolUse(block: Json): ToolUse {
  const input = object(block['input'])
  const target = targetKeys.map((key) => text(input[key])).find((value) => value !== null) ?? ''
  const name = text(block['name']) ?? 'tool'
  const file = writers.has(name) ? (text(input['file_path']) ?? text(input['notebook_path'])) : null
  const command = name === 'Bash' ? (text(input['command'])?.slice(0, longestCommand) ?? null) : null
  return { name, target: target.slice(0, longestTarget), id: text(block['id']) ?? '', file, command }
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
  return { error, apiError: text(o['api_error']), limit: limitOfError(o) }
}

function readResult(o: Json): ResultEvent {
  const since = o['model_usage_since_last_result']
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
    limit: limitOfError(o),
    denied: list(o['permission_denials']).map((d) => text(object(d)['tool_name']) ?? 'tool'),
    turns: number(o['num_turns']) ?? 0,
    durationMs: number(o['duration_ms']) ?? 0,
    spent: since === undefined || since === null ? null : usageByModel(since),
    total: usageByModel(o['modelUsage']),
    totalCostUsd: number(o['total_cost_usd']) ?? 0,
    tokens: tokenCount(object(o['usage'])),
  }
}
