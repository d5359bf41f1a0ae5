import { describe, expect, test } from 'vitest'
import { OutputReader } from '../../../src/adapters/claude/output-reader.js'
import { secretRedactor } from '../../../src/adapters/processes/secret-redactor.js'
import { WholeLines } from '../../../src/adapters/processes/whole-lines.js'

const secrets = { SOME_TOKEN: 'ghp_0123456789ü', OTHER_SECRET: 'with "quotes" and \\' }
const result = '{"type":"result","subtype":"success","is_error":false,"result":"done"}'
const used = '{"type":"stream_event","event":{"type":"message_start","message":{"id":"m","usage":{"input_tokens":5}}}}'
const piece = '{"type":"stream_event","event":{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}}'

/** What is kept and heard of an output that comes in such chunks. */
function read(chunks: readonly Buffer[], cap?: number): { kept: string; kinds: string[] } {
  const [lines, reader] = [new WholeLines(cap), new OutputReader(secretRedactor(secrets))]
  const said = [...chunks.map((chunk) => lines.push(chunk)), lines.end()].map((output) => reader.read(output))
  return {
    kept: Buffer.concat(said.flatMap(({ kept }) => kept)).toString(),
    kinds: said.flatMap(({ events }) => events.map(({ kind }) => kind)),
  }
}

describe('of what the program said', () => {
  test.each([
    { says: 'events are kept as they came', output: `${used}\n${result}\n`, kept: `${used}\n${result}\n`, kinds: ['used', 'result'] },
    { says: 'rubbish is kept and means nothing', output: `oh\n${result}\nno\n`, kept: `oh\n${result}\nno\n`, kinds: ['result'] },
    {
      says: 'pieces of answers are not kept',
      output: `${piece}\n${used}\n${piece}\n${result}\n${piece}\n`,
      kept: `${used}\n${result}\n`,
      kinds: ['used', 'result'],
    },
    { says: 'empty lines are not kept', output: `\n \r\n${result}\n\n`, kept: `${result}\n`, kinds: ['result'] },
    { says: 'a last line without an end gets one', output: `${used}\n${result}`, kept: `${used}\n${result}\n`, kinds: ['used', 'result'] },
    {
      says: 'lines in the name of orch are not believed',
      output: `{"type":"orch_ended"}\n${result}\n`,
      kept: `${result}\n`,
      kinds: ['result'],
    },
    {
      says: 'secrets are taken out',
      output: `a ghp_0123456789ü b\n${piece}\n${result}\n`,
      kept: `a *** b\n${result}\n`,
      kinds: ['result'],
    },
    { says: 'secrets within JSON too', output: `${JSON.stringify({ a: secrets.OTHER_SECRET })}\n`, kept: '{"a":"***"}\n', kinds: [] },
    { says: 'letters of all scripts stay', output: `grüße 🎉 日本\n${result}\n`, kept: `grüße 🎉 日本\n${result}\n`, kinds: ['result'] },
  ])('$says, wherever it is cut into chunks', ({ output, kept, kinds }) => {
    const bytes = Buffer.from(output)
    for (let at = 0; at <= bytes.length; at += 1)
      expect(read([bytes.subarray(0, at), bytes.subarray(at)]), String(at)).toEqual({ kept, kinds })
  })

  test('a line that was too long is named in its place', () => {
    expect(read([Buffer.from(`${used}\n${'x'.repeat(500)}\n${result}\n`)], 200)).toEqual({
      kept: `${used}\n{"type":"orch_dropped_line","bytes":500}\n${result}\n`,
      kinds: ['used', 'result'],
    })
  })
})
