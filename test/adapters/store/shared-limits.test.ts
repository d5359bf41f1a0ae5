import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SharedLimitFiles } from '../../../src/adapters/store/shared-limits.js'
import { stateHome } from '../../../src/adapters/store/state-home.js'

async function machine() {
  const folder = join(await mkdtemp(join(tmpdir(), 'orch-limits-')), 'limits')
  let now = 1_000_000
  const run = (identity = 'sk-planted') => new SharedLimitFiles({ folder, identityOf: () => identity, clock: { now: () => now } })
  return { folder, run, pass: (ms: number) => (now += ms) }
}

describe('what runs on a machine tell each other', () => {
  test('a limit of one is known to another on the same account, and to no other account', async () => {
    const { run } = await machine()
    await run().close('a', 2_000_000, 'five_hour')
    expect(await run().read('b')).toEqual({ kind: 'closed', until: 2_000_000, window: 'five_hour' })
    expect(await run('another').read('a')).toBeNull()
  })

  test('of two that wake one tries first, and the other once that one has told what came of it', async () => {
    const { run } = await machine()
    const [one, two] = [run(), run()]
    await one.close('a', 2_000_000, null)
    expect((await Promise.all([one.tryFirst('a'), two.tryFirst('a')])).filter(Boolean)).toHaveLength(1)
    await one.open('a')
    await two.open('a')
    expect(await two.read('a')).toEqual({ kind: 'opened', at: 1_000_000 })
  })

  test('one that was killed while it tried holds up the others for two minutes', async () => {
    const { run, pass } = await machine()
    expect(await run().tryFirst('a')).toBe(true)
    expect(await run().tryFirst('a')).toBe(false)
    pass(120_000)
    expect(await run().tryFirst('a')).toBe(true)
  })

  test('no secret is written, neither in a name nor in a text', async () => {
    const { run, folder } = await machine()
    await run().close('planted-name', 2_000_000, null)
    await run().tryFirst('planted-name')
    const names = await readdir(folder)
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
    expect(names.length).toBe(3)
    expect([...names, ...texts].join()).not.toContain('planted')
  })

  test('without a place nothing is shared, and nothing fails', async () => {
    const alone = new SharedLimitFiles({ folder: null, identityOf: () => 'x', clock: { now: () => 0 } })
    await alone.close('a', 1, null)
    expect([await alone.read('a'), await alone.tryFirst('a')]).toEqual([null, true])
  })
})

test.each<[NodeJS.Platform, Record<string, string>, string | null]>([
  ['linux', { HOME: '/h' }, '/h/.local/state/orch'],
  ['linux', { HOME: '/h', XDG_STATE_HOME: '/s' }, '/s/orch'],
  ['darwin', { HOME: '/h' }, '/h/Library/Application Support/orch'],
  ['linux', {}, null],
])('on %s with %j it is %s', (platform, env, home) => {
  expect(stateHome(env, platform)).toBe(home)
})
