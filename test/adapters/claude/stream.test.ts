import { describe, expect, test } from 'vitest'
import { emptyLog, follow, usageOf } from '../../../src/adapters/claude/session-log.js'
import { readLine, StreamReader } from '../../../src/adapters/claude/stream.js'
import { doingNow } from '../../../src/adapters/claude/tool-words.js'

const kinds = (line: string): string[] => readLine(line).map((e) => e.kind)
const result = '{"is_error":false,"subtype":"success","type":"result","result":"done"}'

test.each<{ says: string; line: string; heard: string[] }>([
  { says: 'an event', line: '{"type":"system","subtype":"init"}', heard: ['init'] },
  { says: 'an event whose type stands last', line: '{"subtype":"init","type":"system"}', heard: ['init'] },
  { says: 'an event of an unknown type', line: '{"type":"telepathy"}', heard: ['other'] },
  { says: 'a system event of an unknown kind', line: '{"type":"system","subtype":"ui_invalidate"}', heard: ['other'] },
  { says: 'text that is no JSON', line: 'Warning: something', heard: ['other'] },
  { says: 'JSON that is no object', line: '[1,2]', heard: ['other'] },
  { says: 'an object without a type', line: '{"a":1}', heard: ['other'] },
  {
    says: 'fields of the wrong type',
    line: '{"type":"result","subtype":7,"usage":[],"errors":"x","permission_denials":null}',
    heard: ['result'],
  },
  { says: 'an event behind rubbish', line: `(node:12) Warning: x ${result}`, heard: ['result'] },
  { says: 'an event before rubbish', line: `${result}garbage`, heard: ['result'] },
  { says: 'two events in one line', line: `${result}{"type":"tool_progress"}`, heard: ['result', 'other'] },
  { says: 'an event in the middle of a broken one', line: `{"type":"assistant","mess${result}age":{}}`, heard: ['result', 'assistant'] },
  { says: 'half an event', line: result.slice(0, 40), heard: ['other'] },
  {
    says: 'an event that an agent only quotes, in a line that was cut off',
    line: JSON.stringify({ type: 'user', message: { content: result } }).slice(0, -3),
    heard: ['other'],
  },
])('hears $says', ({ line, heard }) => {
  expect(kinds(line)).toEqual(heard)
})

test('a huge broken line is not searched for ever', () => {
  expect(kinds('{"'.repeat(500_000))).toEqual(['other'])
  expect(kinds('{"a":'.repeat(200_000))).toEqual(['other'])
})

const toolUse = (name: string, input: object): string =>
  JSON.stringify({ type: 'assistant', message: { content: [{ type: 'tool_use', name, input }] } })

describe('what the agent does is said in a few words', () => {
  test.each([
    { line: toolUse('Edit', { file_path: '/w/src/a.ts', old_string: 'x' }), doing: 'Edit src/a.ts' },
    { line: toolUse('Read', { file_path: '/etc/hosts' }), doing: 'Read /etc/hosts' },
    { line: toolUse('Bash', { command: 'npm test', description: 'runs them' }), doing: 'Bash npm test' },
    { line: toolUse('Bash', { command: 'cd /w/src && ls' }), doing: 'Bash cd src && ls' },
    { line: toolUse('Grep', { pattern: 'TODO' }), doing: 'Grep TODO' },
    { line: toolUse('Odd', {}), doing: 'Odd' },
    { line: toolUse('Bash', { command: 'printf "\u001b[31m\u0007"\n\nx\u202e' }), doing: 'Bash printf " " x' },
    { line: toolUse('Bash', { command: 'x'.repeat(200) }), doing: `Bash ${'x'.repeat(54)}…` },
    { line: '{"type":"assistant","message":{"content":[{"type":"text","text":"Let me see"}]}}', doing: 'thinking' },
    {
      line: '{"type":"system","subtype":"api_retry","attempt":2,"max_retries":5,"error":"overloaded"}',
      doing: 'waiting for the service (try 2 of 5)',
    },
    { line: result, doing: null },
  ])('$doing', ({ line, doing }) => {
    expect(readLine(line).map((e) => doingNow(e, '/w'))).toEqual([doing])
  })
})

describe('usage', () => {
  const log = (lines: readonly object[]) => lines.flatMap((l) => readLine(JSON.stringify(l))).reduce(follow, emptyLog)
  const turn = (rest: object): object => ({ type: 'result', subtype: 'success', is_error: false, num_turns: 2, duration_ms: 100, ...rest })
  const model = (costUSD: number) => ({
    m: { costUSD, inputTokens: 10, outputTokens: 3, cacheReadInputTokens: 5, cacheCreationInputTokens: 2 },
  })

  test('counts what was spent in this invocation, not what the conversation cost before', () => {
    const resumed = log([turn({ total_cost_usd: 5, model_usage_since_last_result: model(0.25) })])
    expect(usageOf(resumed, 1234)).toMatchObject({
      costUsd: 0.25,
      inputTokens: 17,
      outputTokens: 3,
      durationMs: 1234,
      turns: 2,
      toolUses: 0,
    })
  })

  test('adds up several results of one invocation', () => {
    const newer = log([turn({ model_usage_since_last_result: model(0.25) }), turn({ model_usage_since_last_result: model(0.5) })])
    expect(usageOf(newer, null)).toMatchObject({ costUsd: 0.75, inputTokens: 34, turns: 4, durationMs: 200 })
    const usage = { input_tokens: 10, cache_read_input_tokens: 1, output_tokens: 2 }
    const older = log([turn({ total_cost_usd: 0.25, usage }), turn({ total_cost_usd: 0.75, usage })])
    expect(usageOf(older, null)).toMatchObject({ costUsd: 0.75, inputTokens: 22, outputTokens: 4 })
  })

  const begins = (id: string, input: number): object => ({
    type: 'stream_event',
    event: { type: 'message_start', message: { id, model: 'claude-sonnet-4-5', usage: { input_tokens: input, output_tokens: 1 } } },
  })
  const says = (input: number, output: number): object => ({
    type: 'stream_event',
    event: { type: 'message_delta', usage: { input_tokens: input, output_tokens: output } },
  })
  const calls = [begins('m1', 1000), says(1000, 200), begins('m2', 2000), says(2000, 300)]

  test('of a program that was killed is estimated by list prices, each call counted once', () => {
    const usage = usageOf(log(calls), null)
    // 3000 tokens in at $3 a million, 500 out at $15.
    expect(usage).toMatchObject({ inputTokens: 3000, outputTokens: 500, requests: 2, costUsd: 0.0165, estimatedUsd: 0.0165 })
    expect(Object.keys(usage.models ?? {})).toEqual(['claude-sonnet-4-5'])
  })

  test('is no longer estimated once the result says it', () => {
    const usage = usageOf(log([...calls, turn({ model_usage_since_last_result: model(1) })]), null)
    expect(usage).toMatchObject({ costUsd: 1, inputTokens: 17, outputTokens: 3 })
    expect(usage.estimatedUsd).toBeUndefined()
  })

  test('of a model that nobody knows is counted in tokens alone', () => {
    const unknown = {
      type: 'assistant',
      message: { id: 'm', model: 'palantir-1', usage: { input_tokens: 5, output_tokens: 6 }, content: [] },
    }
    expect(usageOf(log([unknown, unknown]), null)).toMatchObject({ inputTokens: 5, outputTokens: 6, costUsd: 0 })
  })
})

describe('an event that got into another one’s line', () => {
  const limit = '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected","resetsAt":1795234006,"rateLimitType":"five_hour"}}'
  const heard = (lines: readonly string[]): string[] => {
    const reader = new StreamReader()
    return lines.flatMap((line) => reader.read(line).map((e) => e.kind))
  }

  test('costs neither of them, wherever it stands', () => {
    for (let at = 2; at < result.length - 1; at += 1)
      if (!/[:[,]\s*$/.test(result.slice(0, at)))
        expect(heard([`${result.slice(0, at)}${limit}${result.slice(at)}`]), String(at)).toEqual(['limit', 'result'])
  })

  test('and ended the line early: the rest comes with the next one, or a few later', () => {
    expect(heard([`${result.slice(0, 30)}${limit}`, result.slice(30)])).toEqual(['limit', 'result'])
    expect(heard([`${result.slice(0, 30)}${limit}`, '{"type":"tool_progress"}', result.slice(30)])).toEqual(['limit', 'other', 'result'])
  })

  test('is not taken for one where an agent wrote it as the input of a tool, in a line that was cut off', () => {
    const forged = JSON.stringify({ type: 'assistant', message: { content: [{ type: 'tool_use', input: JSON.parse(limit) as object }] } })
    expect(heard([forged.slice(0, -4)])).toEqual(['other'])
  })
})
