import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { milestoneText } from '../support/milestone-text.js'
import { Rig } from '../support/rig.js'

const key = 'sk-ant-api03-planted-in-the-environment'
const fileKey = 'sk-ant-api03-planted-in-a-file'
const address = 'planted.person@accounts.example'

/** Without a key its account is closed for an hour; it blurts out all it knows. */
const loose = `
const key = process.env.ANTHROPIC_API_KEY
process.stderr.write('my key is ' + key + ' of ${address}\\n')
scene.assistant({ type: 'text', text: 'I was started with ' + key + ' by ${address}; WORK_KEY is ' + ('WORK_KEY' in process.env ? 'seen' : 'unseen') })
if (key === undefined) return scene.limit(3_600_000)
if (scene.step === 'review') return scene.review({ summary: 'seen with ' + key })
scene.write('a.txt', 'x')
scene.done('Done with ' + key)`

function rigWith(auth: object, puppet = loose): Rig {
  const rig = Rig.create({ milestones: { '1A': milestoneText('1A') } })
  rig.configure({ agent: { command: rig.puppet(puppet) }, auth })
  rig.commit()
  writeFileSync(join(rig.env['HOME'] ?? '', '.claude.json'), JSON.stringify({ oauthAccount: { emailAddress: address } }))
  return rig
}

const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map((name) => join(folder, name))
        .filter((file) => statSync(file).isFile())
    : []

const accountsOf = (rig: Rig) => rig.facts().flatMap((f) => (f.type === 'attempt-started' ? [f.account] : []))

describe('a pool of accounts', () => {
  it('goes on with another account when one is closed, and nothing that orch writes holds a key or an address', async () => {
    await using rig = rigWith({ accounts: [{ name: 'work', keyFromEnv: 'WORK_KEY' }] })
    const ended = await rig.orch(['run'], { env: { WORK_KEY: key } })
    expect(ended).toMatchObject({ exitCode: 0 })
    expect(accountsOf(rig)).toEqual(['default', 'work'])
    const limits = await rig.orch(['limits', '--json'], { env: { WORK_KEY: key } })
    expect(JSON.parse(limits.stdout)).toMatchObject({
      accounts: [
        { name: 'default', state: 'closed' },
        { name: 'work', state: 'open' },
      ],
    })
    const written = [join(rig.repo, '.orch'), join(rig.env['HOME'] ?? '', '.local')]
      .flatMap(filesBelow)
      .map((file) => readFileSync(file, 'utf8'))
    expect(written.length).toBeGreaterThan(10)
    expect(written.join()).toContain('WORK_KEY is unseen')
    expect(written.join()).not.toContain('WORK_KEY is seen')
    for (const text of [...written, rig.read('TASKS.md'), ended.stdout, ended.stderr, limits.stdout, limits.stderr])
      expect(text).not.toMatch(/planted/)
  })

  it('takes over the keys of auth-configs.json, if only its owner can read it', async () => {
    await using rig = rigWith({ mode: 'api-keys-first' })
    mkdirSync(join(rig.repo, '.orchestrator'))
    const file = join(rig.repo, '.orchestrator', 'auth-configs.json')
    writeFileSync(file, JSON.stringify([{ name: 'one', env: { ANTHROPIC_API_KEY: fileKey } }]))
    if (process.platform !== 'win32') {
      chmodSync(file, 0o644)
      const refused = await rig.orch(['run'])
      expect(refused).toMatchObject({ exitCode: 2 })
      expect(refused.stderr).toMatch(/chmod 600/)
      expect(refused.stderr).not.toMatch(/planted/)
    }
    chmodSync(file, 0o600)
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    expect(accountsOf(rig)).toEqual(['one'])
    expect((await rig.orch(['auth', 'list'])).stdout.trim().split('\n')).toEqual(['default', 'one'])
  })

  it.each([
    ['a key in the config', { accounts: [{ name: 'a', env: { ANTHROPIC_API_KEY: key } }] }, /keyFromEnv/],
    ['a key in the place of a variable', { accounts: [{ name: 'a', keyFromEnv: key }] }, /never the key itself/],
    ['a variable that is not set', { accounts: [{ name: 'a', keyFromEnv: 'NOT_SET' }] }, /NOT_SET is not set/],
    ['api-keys-only without a key', { mode: 'api-keys-only' }, /no account/],
    ['an address as a name', { accounts: [{ name: 'me@example.com', keyFromEnv: 'X' }] }, /letters, digits/],
  ])('%s is a problem, and nothing is started', async (_, auth, says) => {
    await using rig = rigWith(auth)
    const ended = await rig.orch(['run'])
    expect(ended).toMatchObject({ exitCode: 2 })
    expect(ended.stderr).toMatch(says)
    expect(ended.stderr).not.toMatch(/planted/)
    expect(rig.facts()).toEqual([])
  })
})

describe('a limit that another run has met', () => {
  it('holds a run of another repository on the same account from its start', async () => {
    const puppet = `scene.limit(3_600_000)`
    await using one = rigWith({}, puppet)
    await using two = rigWith({}, `scene.write('started.txt', 'x')\nscene.done()`)
    expect(await one.orch(['run', '--no-wait'])).toMatchObject({ exitCode: 3 })
    expect(await two.orch(['run', '--no-wait'], { env: { HOME: one.env['HOME'] ?? '' } })).toMatchObject({ exitCode: 3 })
    expect(two.facts().some((f) => f.type === 'attempt-started')).toBe(false)
    expect(await two.statusJson()).toMatchObject({
      run: { state: 'paused' },
      wait: { reason: 'limit' },
      stages: [{ tasks: [{ state: 'waiting' }] }],
    })
  })
})

it('orch auth test asks each account with the smallest session', async () => {
  await using rig = rigWith({ accounts: [{ name: 'work', keyFromEnv: 'WORK_KEY' }] }, loose)
  const ended = await rig.orch(['auth', 'test', '--json'], { env: { WORK_KEY: key } })
  expect(JSON.parse(ended.stdout)).toMatchObject({
    accounts: [
      { name: 'default', state: 'closed' },
      { name: 'work', state: 'open', pays: 'key' },
    ],
  })
  expect(ended.stdout + ended.stderr).not.toMatch(/planted/)
})

it('an account that orch auth test finds open again is open for runs too, without waiting', async () => {
  const puppet = `
    if (scene.step === 'review' && scene.task !== 'auth') return scene.review()
    if (scene.task !== 'auth' && !scene.resumed) return scene.limit(3_600_000)
    if (scene.task === 'auth') return scene.review({ ok: true })
    scene.write('a.txt', 'x')
    scene.done()`
  await using rig = rigWith({}, puppet)
  expect(await rig.orch(['run', '--no-wait'])).toMatchObject({ exitCode: 3 })
  expect(JSON.parse((await rig.orch(['limits', '--json'])).stdout)).toMatchObject({ accounts: [{ state: 'closed', window: 'five_hour' }] })
  expect((await rig.orch(['auth', 'test'])).stdout).toContain('open')
  expect(JSON.parse((await rig.orch(['limits', '--json'])).stdout)).toMatchObject({ accounts: [{ state: 'open', until: null }] })
  expect(await rig.orch(['resume', '--no-wait'])).toMatchObject({ exitCode: 0 })
})
