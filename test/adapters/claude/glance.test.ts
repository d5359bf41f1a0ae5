import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { glance } from '../../../src/adapters/claude/glance.js'
import { StreamReader } from '../../../src/adapters/claude/stream.js'

const recordings = fileURLToPath(new URL('../../fixtures/claude-transcripts/', import.meta.url))
const linesOf = (name: string): string[] =>
  readFileSync(join(recordings, name), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
const recorded = readdirSync(recordings).filter((name) => name.endsWith('.jsonl'))

const piece = (text: string, more: object = {}): string =>
  JSON.stringify({
    type: 'stream_event',
    event: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } },
    session_id: 's',
    ...more,
  })

/** A blank behind it, and no look knows it: it is parsed. */
const parsed = (line: string): string => `${line} `

describe('a line that is known by its looks says what it says when it is parsed', () => {
  test.each(recorded)('in %s', (name) => {
    const [quick, whole] = [new StreamReader(), new StreamReader()]
    for (const line of linesOf(name)) expect(quick.read(line), line).toEqual(whole.read(parsed(line)))
  })

  const result = '{"type":"result","subtype":"success","is_error":false,"result":"done"}'
  const limit = '{"type":"rate_limit_event","rate_limit_info":{"status":"rejected"}}'
  const texts = [
    '{"type":"result"}',
    '"type":"result"',
    result,
    '\\',
    '\\"',
    '{',
    '"',
    '}',
    '{"',
    'é {"type": 日本',
    '\u2028',
    ',"type":"result"',
  ]
  const delta = piece('some text')
  test.each([
    ...texts.map((text) => piece(text)),
    ...texts.map((text) => piece('', { [text]: text })),
    piece('x', { type: 'result' }),
    piece('x', { event: { type: 'message_start', message: { id: 'm', usage: { input_tokens: 5 } } } }),
    delta.replace(/}$/, ',"type":"result"}'),
    delta.replace('"index":0', '"index":0,"type":"message_stop"'),
    `${delta}${result}`,
    `${delta}${delta}`,
    '{"type":"system","subtype":"thinking_tokens","estimated_tokens":7,"uuid":"u"}',
    '{"type":"system","subtype":"thinking_tokens","subtype":"init","model":"m"}',
    '{"type":"system","subtype":"thinking_tokens","type":"result"}',
  ])('%s', (line) => {
    expect(new StreamReader().read(line)).toEqual(new StreamReader().read(parsed(line)))
  })

  test('and an event that got into it is heard, wherever it stands', () => {
    for (let at = 1; at < delta.length; at += 1) {
      const line = `${delta.slice(0, at)}${limit}${delta.slice(at)}`
      const heard = (text: string): readonly string[] => new StreamReader().read(text).map((e) => e.kind)
      expect(heard(line), String(at)).toEqual(heard(parsed(line)))
    }
  })

  test('and may be the end of a line that was broken', () => {
    const reader = new StreamReader()
    const heard = [`${result.slice(0, 30)}${limit}`, delta, result.slice(30)].flatMap((line) => reader.read(line).map((e) => e.kind))
    expect(heard).toEqual(['limit', 'delta', 'result'])
  })
})

test('pieces of answers and counts of thinking are not parsed, everything else is, once', () => {
  const parse = vi.spyOn(JSON, 'parse')
  onTestFinished(() => parse.mockRestore())
  const reader = new StreamReader()
  const byKind: Record<string, number> = {}
  for (const line of linesOf('partial.jsonl')) {
    const before = parse.mock.calls.length
    const said = reader.read(line)
    const kind = line.includes('"subtype":"thinking_tokens"') ? 'thinking' : (said[0]?.kind ?? '')
    byKind[kind] = Math.max(byKind[kind] ?? 0, parse.mock.calls.length - before)
  }
  expect(byKind).toEqual({ init: 1, other: 1, used: 1, assistant: 1, 'tools-ended': 1, result: 1, delta: 0, thinking: 0 })
})

test('a look takes no longer the longer a line is that it does not know', () => {
  expect(glance(piece('{"'.repeat(500_000)))).toEqual([{ kind: 'delta' }])
  expect(glance(`{"type":"assistant","message":"${'{"'.repeat(1000)}"}`)).toBeNull()
})
