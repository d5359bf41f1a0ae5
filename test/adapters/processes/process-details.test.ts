import { expect, it } from 'vitest'
import { detailsOf, readDetails } from '../../../src/adapters/processes/process-details.js'

it('tells parent, age and command line of a living process', async () => {
  const details = await detailsOf(process.pid)
  expect(details).toMatchObject({ parent: process.ppid, command: expect.stringContaining('node') as string })
  expect(details?.elapsedMs).toBeGreaterThan(0)
  expect(await detailsOf(2 ** 22 + 1)).toBeNull()
})

it.each([
  ['  501 02-03:04:05 /bin/sh -c a b', 501, (((2 * 24 + 3) * 60 + 4) * 60 + 5) * 1000],
  ['1    01:02:03 sleep 9', 1, ((60 + 2) * 60 + 3) * 1000],
  ['1       00:07 sleep 9', 1, 7000],
])('reads what ps prints: %s', (text, parent, elapsedMs) => {
  expect(readDetails(text)).toMatchObject({ parent, elapsedMs })
})
