import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { createGit } from '../../../src/adapters/git/git.js'
import { agentGitEnvironment, gitEnvironment } from '../../../src/adapters/git/git-environment.js'
import { failureOf, lockIn } from '../../../src/adapters/git/git-failure.js'
import { bad, type GitRepository, good, openedOn, ordinaryRepository, repositoryWithFailingHooks } from '../../support/git-repository.js'

const opened: GitRepository[] = []

const open = () => {
  const at = ordinaryRepository()
  opened.push(at)
  const slept: number[] = []
  const git = createGit({ environment: at.environment, sleep: async (ms) => void slept.push(ms) })
  return { at, git, slept }
}

afterEach(() => {
  for (const at of opened.splice(0)) at[Symbol.dispose]()
})

describe('the door', () => {
  it('gives what git printed, byte for byte', async () => {
    const { at, git } = open()
    at.commit('Two lines', { 'x.txt': 'ä\r\n\n' })
    const answer = good(await git.run({ doing: 'read', args: ['cat-file', 'blob', 'HEAD:x.txt'], cwd: at.root }))
    expect(answer.stdout).toBe('ä\r\n\n')
  })

  it('takes declared exit codes for answers and all others for failures', async () => {
    const { at, git } = open()
    const call = { doing: 'compare', args: ['diff', '--quiet', 'HEAD', '--', 'src'], cwd: at.root }
    at.write({ 'src/a.txt': 'changed\n' })
    expect(good(await git.run({ ...call, exits: [0, 1] })).exitCode).toBe(1)
    expect(bad(await git.run(call))).toMatchObject({ reason: 'git-failed', doing: 'compare' })
  })

  it('hands over standard input, however long, and closes it where there is none', async () => {
    const { at, git } = open()
    const call = { doing: 'hash', args: ['hash-object', '--stdin'], cwd: at.root }
    expect(good(await git.run({ ...call, input: 'x'.repeat(3_000_000) })).stdout.trim()).toHaveLength(40)
    expect(good(await git.run(call)).stdout.trim()).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391')
  })

  it('says so when there is no folder, and when there is no git', async () => {
    const { at, git } = open()
    expect(bad(await git.run({ doing: 'look', args: ['version'], cwd: at.path('absent') }))).toMatchObject({ reason: 'git-failed' })
    const without = createGit({ environment: { PATH: at.path('src') }, sleep: async () => {} })
    expect(bad(await without.run({ doing: 'start', args: ['version'], cwd: at.root }))).toEqual({
      reason: 'git-failed',
      doing: 'start',
      detail: 'the program git was not found',
    })
  })

  it.runIf(process.platform !== 'win32')('does not blame the repository when git was ended by a signal', async () => {
    const { at } = open()
    at.write({ 'programs/git': '#!/bin/sh\nkill -INT $$\n' })
    chmodSync(at.path('programs', 'git'), 0o755)
    const git = createGit({ environment: { PATH: `${at.path('programs')}:/bin:/usr/bin` }, sleep: async () => {} })
    const call = { doing: 'compare', args: ['diff'], cwd: at.root, exits: [0, 1] }
    expect(bad(await git.run(call))).toEqual({ reason: 'interrupted' })
  })

  it.runIf(process.platform !== 'win32').each(['usage: git diff <options>', 'error: malformed object name x'])(
    'takes a complaint of git about how it is used for no signal: %s',
    async (complaint) => {
      const { at } = open()
      at.write({ 'programs/git': `#!/bin/sh\necho '${complaint}' >&2; exit 129\n` })
      chmodSync(at.path('programs', 'git'), 0o755)
      const git = createGit({ environment: { PATH: `${at.path('programs')}:/bin:/usr/bin` }, sleep: async () => {} })
      expect(bad(await git.run({ doing: 'compare', args: ['diff'], cwd: at.root }))).toMatchObject({ detail: complaint })
    },
  )

  it('waits for a lock that somebody holds', async () => {
    const { at, slept } = open()
    const lock = at.path('.git', 'index.lock')
    writeFileSync(lock, '')
    const git = createGit({
      environment: at.environment,
      sleep: async (ms) => {
        slept.push(ms)
        if (slept.length === 3) rmSync(lock)
      },
    })
    good(await git.run({ doing: 'add', args: ['add', '--all'], cwd: at.root }))
    expect(slept).toHaveLength(3)
  })

  it('does not wait for ever, and never removes a lock of the person', async () => {
    const { at, git, slept } = open()
    const lock = at.path('.git', 'index.lock')
    writeFileSync(lock, '')
    const failure = bad(await git.run({ doing: 'add', args: ['add', '--all'], cwd: at.root }))
    expect(failure).toMatchObject({ reason: 'git-failed', detail: expect.stringContaining('index.lock') })
    expect(slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(10_000)
    expect(existsSync(lock)).toBe(true)
  })

  it('runs no hook, where the same command of a person does', async () => {
    const at = repositoryWithFailingHooks()
    opened.push(at)
    const { git } = await openedOn(at)
    good(await git.run({ doing: 'commit', args: ['commit', '--quiet', '--allow-empty', '-m', 'x'], cwd: at.root }))
    expect(at.read('hook-ran', at.home)).toBeNull()
    expect(() => at.git('commit', '--quiet', '--allow-empty', '-m', 'x')).toThrow()
    expect(at.read('hook-ran', at.home)).toBe('')
  })

  it('clears a dead lock in a worktree of its own, and an index that a power cut garbled', async () => {
    const { at } = open()
    const { repository, workspace, commonDir } = await openedOn(at)
    const task = workspace('1A')
    good(await repository.openWorkspace(task))
    at.write({ 'done.txt': 'work\n' }, task.path)
    writeFileSync(`${commonDir}/worktrees/1A/index.lock`, '')
    writeFileSync(`${commonDir}/worktrees/1A/index`, 'DIRC')
    const { commit } = good(await repository.commitWork(task, { message: 'Work\n', since: task.base, never: [] }))
    expect(good(await repository.changedFiles(task.base, commit))).toEqual(['done.txt'])
  })

  it('does one change at a time, in order, and goes on after one that failed', async () => {
    const { git } = open()
    const seen: string[] = []
    const change = (name: string) =>
      git.inTurn(async () => {
        seen.push(`${name} begins`)
        await Promise.resolve()
        seen.push(`${name} ends`)
        if (name === 'b') throw new Error('b')
      })
    const ended = await Promise.allSettled([change('a'), change('b'), change('c')])
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
    expect(ended.map((end) => end.status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })
})

describe('the environment', () => {
  it('drops what would redirect git or start a program, and keeps who the person is', () => {
    const environment = gitEnvironment({
      PATH: '/bin',
      GIT_DIR: '/elsewhere',
      GIT_WORK_TREE: '/elsewhere',
      GIT_INDEX_FILE: '/elsewhere',
      git_editor: 'vi',
      EDITOR: 'vi',
      GIT_AUTHOR_NAME: 'Ada',
      GIT_CONFIG_GLOBAL: '/etc/gitconfig',
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'core.fsmonitor',
      GIT_CONFIG_VALUE_0: 'evil',
      GIT_CONFIG_KEY_1: 'safe.directory',
      GIT_CONFIG_VALUE_1: '*',
    })
    expect(environment).toEqual({
      PATH: '/bin',
      GIT_AUTHOR_NAME: 'Ada',
      GIT_CONFIG_GLOBAL: '/etc/gitconfig',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      LC_ALL: 'C',
      GIT_TERMINAL_PROMPT: '0',
      GIT_OPTIONAL_LOCKS: '0',
    })
  })

  it('makes commits of agents durable, on top of the configuration that they inherit', async () => {
    const { at } = open()
    const given = agentGitEnvironment({ GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'Ada' })
    expect(given).toMatchObject({ GIT_CONFIG_COUNT: '4', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_KEY_1: 'core.fsync' })
    expect(agentGitEnvironment({})).toMatchObject({ GIT_CONFIG_COUNT: '3', GIT_CONFIG_VALUE_0: 'committed,reference' })
    expect(at.git('status', '--porcelain')).toBe('')
  })

  it('does not follow the repository that another git points to', async () => {
    const { at } = open()
    const other = ordinaryRepository()
    opened.push(other)
    other.commit('Another')
    const git = createGit({ environment: { ...at.environment, GIT_DIR: other.path('.git') }, sleep: async () => {} })
    const head = good(await git.run({ doing: 'read', args: ['rev-parse', 'HEAD'], cwd: at.root }))
    expect(head.stdout.trim()).toBe(at.tip())
  })
})

describe('complaints', () => {
  it.each([
    ["fatal: Unable to create '/a b/.git/index.lock': File exists.\n\nAnother git process", '/a b/.git/index.lock'],
    ['error: could not lock config file .git/config: File exists', '.git/config.lock'],
    ["fatal: cannot lock ref 'HEAD': Unable to create '/r/refs/heads/a.lock': File exists.", '/r/refs/heads/a.lock'],
    ["fatal: cannot lock ref 'refs/heads/a': is at 1 but expected 2", null],
    ["fatal: cannot lock ref 'refs/heads/a/b': 'refs/heads/a' exists; cannot create 'refs/heads/a/b'", null],
  ])('%j is about the lock %j', (complaint, lock) => {
    expect(lockIn(complaint)).toBe(lock)
  })

  it('tells a full disk from all else', () => {
    expect(failureOf('commit', 'error: file write error: No space left on device', '/repo')).toEqual({ reason: 'disk-full', path: '/repo' })
    expect(failureOf('commit', 'fatal: bad object', '/repo')).toEqual({
      reason: 'git-failed',
      doing: 'commit',
      detail: 'fatal: bad object',
    })
  })
})
