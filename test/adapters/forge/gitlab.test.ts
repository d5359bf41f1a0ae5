import { expect, it } from 'vitest'
import type { AskForge } from '../../../src/adapters/forge/forge.js'
import { gitLab } from '../../../src/adapters/forge/gitlab.js'
import { ok } from '../../../src/core/result.js'

it.each([
  [true, 'Draft: Stage 1'],
  [false, 'Stage 1'],
])('an update leaves it as it is whether a merge request is a draft: %j', async (draft, title) => {
  const put: unknown[] = []
  const ask: AskForge = (_doing, method, _path, body) => {
    if (method === 'PUT') put.push(body)
    return Promise.resolve(ok({ iid: 3, web_url: 'https://gitlab.com/acme/thing/-/merge_requests/3', draft }))
  }
  const request = { number: 3, url: 'https://gitlab.com/acme/thing/-/merge_requests/3' }
  const updated = await gitLab(ask, 'acme/thing').update(request, 'main', { title: 'Stage 1', body: 'What was done', draft: !draft })
  expect(updated).toEqual(ok(request))
  expect(put).toEqual([{ target_branch: 'main', title, description: 'What was done' }])
})
