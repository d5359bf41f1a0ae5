import { expect, it } from 'vitest'
import { remoteAddress } from '../../../src/adapters/forge/remote-address.js'

it.each([
  ['https://github.com/acme/thing.git', 'github.com', 'acme/thing'],
  ['https://person:secret@github.com/acme/thing', 'github.com', 'acme/thing'],
  ['ssh://git@git.example.com:2222/acme/thing.git', 'git.example.com', 'acme/thing'],
  ['https://git.example.com:8443/acme/thing.git', 'git.example.com:8443', 'acme/thing'],
  ['https://git.example.com:443/acme/thing', 'git.example.com', 'acme/thing'],
  ['git@GitHub.com:acme/thing.git', 'github.com', 'acme/thing'],
  ['https://example.com/acme/a%20thing', 'example.com', 'acme/a thing'],
  ['https://example.com/acme/100%thing%zz%ff', 'example.com', 'acme/100%thing%zz%ff'],
  ['gitlab.com:group/below/thing.git', 'gitlab.com', 'group/below/thing'],
])('%s is %s of %s', (url, host, path) => {
  expect(remoteAddress(url)).toEqual({ host, path })
})

it.each(['/srv/git/thing.git', '../thing.git', 'C:\\git\\thing', 'C:/git/thing', 'file:///srv/git/thing.git', 'https://github.com/', ''])(
  '%j is on no server',
  (url) => {
    expect(remoteAddress(url)).toBe(null)
  },
)
