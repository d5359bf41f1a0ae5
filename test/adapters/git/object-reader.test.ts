import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createGit, type Git } from '../../../src/adapters/git/git.js'
import type { KeptProcess } from '../../../src/adapters/git/kept-process.js'
import { ObjectAnswers } from '../../../src/adapters/git/object-answers.js'
import { createObjectReader } from '../../../src/adapters/git/object-reader.js'
import { type GitRepository, ordinaryRepository, sha256Repository } from '../../support/git-repository.js'

const opened: GitRepository[] = []

const closing: Git[] = []

afterEach(async () => {
  for (const git of closing.splice(0)) await git.close()
  for (const at of opened.splice(0)) at[Symbol.dispose]()
})

const open = (at: GitRepository = ordinaryRepository()) => {
  opened.push(at)
  const git = createGit({ environment: at.environment, sleep: async () => {} })
  const started: KeptProcess[] = []
  const reader = createObjectReader(async () => {
    const child = git.keep({ args: ['cat-file', '--batch-command'], cwd: at.root })
    if (child !== null) started.push(child)
    return child
  })
  closing.push(git)
  return { at, git, reader, started }
}

/** The usual second is short on a busy machine. */
const patiently = { timeout: 50_000 }

const gone = (child: KeptProcess | undefined): Promise<void> =>
  vi.waitFor(() => expect([child?.exitCode, child?.signalCode]).not.toEqual([null, null]), patiently)

describe('an object too large to be held', () => {
  const name = 'a'.repeat(40)
  it.each(['content', 'id'] as const)('is not waited for: asked for its %s', (wants) => {
    const answers = new ObjectAnswers()
    answers.add(Buffer.from(`${name} blob ${2 ** 33}\n`))
    expect(answers.next({ name, wants })).toEqual(wants === 'content' ? 'foreign' : { id: name, type: 'blob', content: Buffer.alloc(0) })
  })
})

describe('the kept git process', () => {
  it('is not started before somebody asks, and is one for all who ask', async () => {
    const { at, reader, started } = open()
    expect(started).toHaveLength(0)
    await reader.find('HEAD')
    await reader.find('HEAD^{tree}')
    expect(started).toHaveLength(1)
    expect((await reader.find('HEAD'))?.id).toBe(at.tip())
  })

  it('sees a branch that another process moved, packed, deleted and made again', async () => {
    const { at, reader } = open()
    const [first, second] = [at.tip(), at.commit('Second')]
    const steps: readonly (readonly [string[], string | null])[] = [
      [['branch', 'x', first], first],
      [['update-ref', 'refs/heads/x', second], second],
      [['pack-refs', '--all'], second],
      [['update-ref', 'refs/heads/x', first], first],
      [['pack-refs', '--all'], first],
      [['update-ref', '-d', 'refs/heads/x'], null],
      [['branch', 'x', second], second],
    ]
    for (const [args, tip] of steps) {
      at.git(...args)
      expect((await reader.find('refs/heads/x^{commit}'))?.id ?? null, args.join(' ')).toBe(tip)
    }
  })

  it('sees an object that another process made, loose or in a new pack', async () => {
    const { at, reader } = open()
    await reader.find('HEAD')
    const loose = at.commit('Loose')
    expect(await reader.read(loose)).toMatchObject({ id: loose, type: 'commit' })
    const packed = at.commit('Packed', { 'packed.txt': 'from a pack\n' })
    at.git('repack', '-a', '-d', '--quiet')
    expect((await reader.read(at.tip(`${packed}:packed.txt`)))?.content.toString()).toBe('from a pack\n')
  })

  it.each([
    ['SHA-1', ordinaryRepository],
    ['SHA-256', sha256Repository],
  ])('gives contents byte for byte with %s, whatever is in them and however long they are', async (_name, make) => {
    const { at, reader } = open(make())
    const texts = ['', '\n', 'missing', 'x missing\n', Buffer.from([0, 10, 0, 255]), randomBytes(3_000_000)]
    for (const text of texts) {
      const id = execFileSync('git', ['hash-object', '-w', '--stdin'], { cwd: at.root, input: text, encoding: 'utf8' }).trim()
      const found = await reader.read(id)
      expect(found?.id).toBe(id)
      expect(Buffer.from(text).equals(found?.content ?? Buffer.from('nothing'))).toBe(true)
    }
  })

  it('answers many at once, each with its own', async () => {
    const { at, reader, started } = open()
    const commits = Array.from({ length: 20 }, (_, n) => at.commit(`Commit ${n}`))
    const asked = Array.from({ length: 400 }, (_, n) => commits[n % 20] ?? '')
    const answers = await Promise.all(
      asked.flatMap((commit) => [reader.find(commit), reader.read(commit), reader.find(`refs/heads/none-${commit}`)]),
    )
    expect(answers.map((answer) => answer?.id ?? null)).toEqual(asked.flatMap((commit) => [commit, commit, null]))
    expect(started).toHaveLength(1)
  })

  it.each(['refs/heads/none^{commit}', '0'.repeat(40), '', 'HEAD\nHEAD', 'HEAD:none', 'HEAD^{nonsense}', 'HEAD missing', ':::'])(
    'says of %j that it cannot tell, and goes on',
    async (name) => {
      const { at, reader } = open()
      expect(await reader.find(name)).toBeNull()
      expect(await reader.read(name)).toBeNull()
      expect((await reader.find('HEAD'))?.id).toBe(at.tip())
    },
  )

  it('cannot tell of an object that is garbled, and goes on', async () => {
    const { at, reader } = open()
    const blob = at.tip('HEAD:README.md')
    const path = at.path('.git', 'objects', blob.slice(0, 2), blob.slice(2))
    chmodSync(path, 0o644)
    writeFileSync(path, 'garbage')
    expect(await reader.read(blob)).toBeNull()
    expect((await reader.find('HEAD'))?.id).toBe(at.tip())
  })

  it('is replaced when it ends, also while it is asked', async () => {
    const { at, reader, started } = open()
    await reader.find('HEAD')
    started[0]?.kill('SIGKILL')
    await gone(started[0])
    expect((await reader.find('HEAD'))?.id).toBe(at.tip())
    const asked = [reader.find('HEAD'), reader.read('HEAD')]
    started[1]?.kill('SIGKILL')
    expect((await Promise.all(asked)).map((answer) => answer?.id)).toEqual([at.tip(), at.tip()])
    expect(started.length).toBeLessThanOrEqual(3)
  })

  it('is not tried again and again where it cannot live', async () => {
    const { at, reader, started } = open()
    rmSync(at.path('.git'), { recursive: true })
    for (let n = 0; n < 20; n++) expect(await reader.find('HEAD')).toBeNull()
    expect(started.length).toBeLessThan(10)
  })

  it('cannot tell where there is no git', async () => {
    const at = ordinaryRepository()
    opened.push(at)
    const git = createGit({ environment: { PATH: at.path('src') }, sleep: async () => {} })
    const reader = createObjectReader(async () => git.keep({ args: ['cat-file', '--batch-command'], cwd: at.root }))
    expect(await reader.find('HEAD')).toBeNull()
  })

  it('is gone when git is closed, and who asks later gets a new one', async () => {
    const { at, git, reader, started } = open()
    await reader.find('HEAD')
    await git.close()
    await git.close()
    expect(() => process.kill(started[0]?.pid ?? 0, 0)).toThrow('ESRCH')
    expect((await reader.find('HEAD'))?.id).toBe(at.tip())
    expect(started).toHaveLength(2)
  })

  it('does not keep its program from ending, and ends with it', () => {
    const at = ordinaryRepository()
    opened.push(at)
    const hooks = new URL('../../support/typescript-hooks.mjs', import.meta.url).href
    const adapters = new URL('../../../src/adapters/git/', import.meta.url).href
    const script = `
      const { register } = await import('node:module')
      register('${hooks}')
      const { createGit } = await import('${adapters}git.ts')
      const { createObjectReader } = await import('${adapters}object-reader.ts')
      const git = createGit({ environment: process.env, sleep: async () => {} })
      const reader = createObjectReader(async () => {
        const child = git.keep({ args: ['cat-file', '--batch-command'], cwd: process.cwd() })
        console.log(child.pid)
        return child
      })
      console.log((await reader.find('HEAD')).id)`
    const ran = spawnSync(process.execPath, ['--input-type=module', '-e', script], { cwd: at.root, encoding: 'utf8' })
    const [pid, id] = ran.stdout.split('\n')
    expect(id, ran.stderr).toBe(at.tip())
    // Process 1 may take its time to collect it.
    return vi.waitFor(
      () => expect(spawnSync('ps', ['-o', 'stat=', '-p', pid ?? ''], { encoding: 'utf8' }).stdout).toMatch(/^(Z.*)?\s*$/),
      patiently,
    )
  })
})
