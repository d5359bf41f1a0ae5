import { expect, it } from 'vitest'
import { askByToken } from '../../../src/adapters/forge/ask-by-token.js'

it.each(['two\nsecretLines', 'secretWithAn…'])('a token that no header can hold, %j, is refused without a word of it', async (token) => {
  const ask = askByToken({ base: 'http://127.0.0.1:9', headers: { authorization: `Bearer ${token}` }, stop: new AbortController().signal })
  const answer = await ask('look for pull requests', 'GET', 'repos/acme/thing/pulls')
  expect(answer).toMatchObject({ ok: false, error: { reason: 'forge-failed', detail: expect.stringContaining('the token') } })
  expect(JSON.stringify(answer)).not.toContain('secret')
})
