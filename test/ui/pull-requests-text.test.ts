import { expect, it } from 'vitest'
import { pullRequestsText } from '../../src/ui/pull-requests-text.js'

const told = (host: string) => ({
  stage: 1,
  remote: { name: 'up&down' },
  address: { host, path: 'acme/thing' },
  base: 'fix&go;$(id)',
  requests: [
    { task: null, head: 'orch/r/stage-1', commit: 'abc', title: "It's done", body: 'Body\n', bodyFile: '.orch/runs/r/stage-1.md' },
  ],
  published: null,
})

it.each([
  ['github.com', '--base'],
  ['gitlab.com', '--target-branch'],
])('the commands for %s can be typed whatever branch and remote are called', (host, flag) => {
  const text = pullRequestsText(told(host))
  expect(text).toContain("git push 'up&down' abc:refs/heads/orch/r/stage-1")
  expect(text).toContain(`${flag} 'fix&go;$(id)' `)
  expect(text).toContain("--title 'It'\\''s done' ")
})
