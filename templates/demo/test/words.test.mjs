import assert from 'node:assert/strict'
import { test } from 'node:test'
import { words } from '../src/index.mjs'

test('words are found whatever stands between them', () => {
  assert.deepEqual(words("It's late, isn't it?"), ["it's", 'late', "isn't", 'it'])
})

test('letters of every language count', () => {
  assert.deepEqual(words('Grüße – año'), ['grüße', 'año'])
})

test('a text without words has none', () => {
  assert.deepEqual(words('… 42!'), [])
})
