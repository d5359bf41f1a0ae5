import { expect, test } from 'vitest'
import { secretRedactor } from '../../../src/adapters/processes/secret-redactor.js'

const env = {
  ANTHROPIC_API_KEY: 'sk-ant-0123456789',
  DB_PASSWORD: 'with "quotes" and \\',
  LONG_TOKEN: 'sk-ant-0123456789-and-more',
  PIN_SECRET: '1234',
  HOME: '/home/someone',
  SSH_KEY_PATH: '/home/someone/.ssh',
  GIT_CONFIG_KEY_0: 'core.fsync',
  EMPTY_TOKEN: undefined,
}

test.each([
  { text: 'the key is sk-ant-0123456789.', clean: 'the key is ***.' },
  { text: 'twice: sk-ant-0123456789 sk-ant-0123456789', clean: 'twice: *** ***' },
  { text: 'the longer one: sk-ant-0123456789-and-more', clean: 'the longer one: ***' },
  { text: JSON.stringify({ command: 'echo with "quotes" and \\' }), clean: '{"command":"echo ***"}' },
  { text: 'too short to tell from a word: 1234', clean: 'too short to tell from a word: 1234' },
  { text: 'a place, not a key: /home/someone/.ssh', clean: 'a place, not a key: /home/someone/.ssh' },
  { text: 'a git setting: core.fsync', clean: 'a git setting: core.fsync' },
  { text: 'not secret: /home/someone', clean: 'not secret: /home/someone' },
])('"$text" becomes "$clean"', ({ text, clean }) => {
  expect(secretRedactor(env).redact(text)).toBe(clean)
})

test('knows how much of an unfinished text must be held back', () => {
  expect(secretRedactor(env).longest).toBe('sk-ant-0123456789-and-more'.length)
  expect(secretRedactor({ HOME: '/home/someone' })).toMatchObject({ longest: 0 })
})

test.each([
  { text: 'the key is sk-ant-0123456789.', needed: true },
  { text: JSON.stringify({ command: 'echo with "quotes" and \\' }), needed: true },
  { text: 'nothing of the kind: sk-ant-01234', needed: false },
  { text: '', needed: false },
])('knows whether there is anything to take out of "$text"', ({ text, needed }) => {
  expect(secretRedactor(env).isNeededFor(Buffer.from(text))).toBe(needed)
  expect(secretRedactor(env).redact(text) !== text).toBe(needed)
})

test('a secret that is no text is looked for in the text', () => {
  const redactor = secretRedactor({ ODD_SECRET: 'odd \ufffd secret' })
  const bytes = Buffer.concat([Buffer.from('odd '), Buffer.from([0xff]), Buffer.from(' secret')])
  expect(redactor.isNeededFor(bytes)).toBe(true)
  expect(redactor.redact(bytes.toString())).toBe('***')
})
