import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createGit } from '../../../src/adapters/git/git.js'
import { gitEnvironment } from '../../../src/adapters/git/git-environment.js'
import { type ShellAnswer, startShell } from '../../../src/adapters/git/git-shell.js'
import { endKept, type KeptProcess, startKept } from '../../../src/adapters/git/kept-process.js'
import { MarkedOutput, type ShellCall, scriptFor } from '../../../src/adapters/git/shell-script.js'
import { createShells } from '../../../src/adapters/git/shells.js'
import { type GitRepository, good, ordinaryRepository } from '../../support/git-repository.js'

const opened: GitRepository[] = []
const closing: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0)) await close()
  for (const at of opened.splice(0)) at[Symbol.dispose]()
})

const open = (more: (at: GitRepository) => Readonly<Record<string, string>> = () => ({}), program = '/bin/sh') => {
  const at = ordinaryRepository()
  opened.push(at)
  const environment = { ...gitEnvironment(at.environment), ...more(at) }
  const started: KeptProcess[] = []
  const shells = createShells(() => {
    const child = startShell(environment, program)
    if (child !== null) started.push(child)
    return child
  })
  closing.push(() => Promise.all(started.map(endKept)))
  const run = (args: readonly string[], call: Partial<ShellCall> = {}) => shells.run({ args, cwd: at.root, ...call })
  return { at, run, started }
}

/** A program in the place of git. @returns a path on which it is found */
const withGit = (at: GitRepository, script: string): string => {
  at.write({ 'programs/git': `#!/bin/sh\n${script}\n` })
  chmodSync(at.path('programs', 'git'), 0o755)
  return `${at.path('programs')}:/bin:/usr/bin`
}

const echo = 'for one in "$@"; do printf "%s\\n" "[$one]"; done; printf "%s\\n" "$TOLD"; pwd; cat'

/** Until somebody says go, or the test is over. */
const waiting = 'while [ -e programs ] && [ ! -e go ]; do sleep 0.01; done'

// There is no fork to be spared on Windows.
describe.skipIf(process.platform === 'win32')('a kept shell', () => {
  const awkward = ["it's", '"$HOME"', '`id`', '$(id)', 'a\\b', 'two\nlines', '*', '~', '', ' ', '-n', '!x', 'ä\r', '#', "'", "''"]

  it('hands over arguments, variables, the folder and the input word for word', async () => {
    const { at, run } = open((at) => ({ PATH: withGit(at, echo) }))
    const folder = at.path("a 'folder' $x")
    mkdirSync(folder)
    const input = "äö\n$HOME `id` \\ '\n\n"
    const answer = await run(awkward, { cwd: folder, env: { TOLD: "it's\n$HOME\\" }, input })
    const told = `${awkward.map((one) => `[${one}]\n`).join('')}it's\n$HOME\\\n${folder}\n${input}`
    expect(answer).toEqual({ exitCode: 0, stdout: told, stderr: '' })
    expect(await run([])).toEqual({ exitCode: 0, stdout: `\n${at.root}\n`, stderr: '' })
  })

  it('gives both outputs as they are, however long, and the exit status', async () => {
    const { run } = open((at) => ({
      PATH: withGit(at, 'head -c 3000000 /dev/zero | tr "\\0" ö; printf "no end"; printf "so\\nbad" >&2; exit 3'),
    }))
    const answer = await run([])
    expect(answer).toMatchObject({ exitCode: 3, stderr: 'so\nbad' })
    expect((answer as ShellAnswer).stdout.endsWith('no end')).toBe(true)
  })

  it('starts one shell for one call after the other, and no more than eight at a time', async () => {
    const { at, run, started } = open((at) => ({ PATH: withGit(at, `${waiting}; echo "$1"`) }))
    const asked = Array.from({ length: 10 }, (_, n) => run([String(n)]))
    at.write({ go: '' })
    const answers = await Promise.all(asked)
    expect(answers.slice(0, 8)).toEqual(Array.from({ length: 8 }, (_, n) => ({ exitCode: 0, stdout: `${n}\n`, stderr: '' })))
    expect(answers.slice(8)).toEqual(['unable', 'unable'])
    for (const n of ['8', '9']) expect(await run([n])).toMatchObject({ stdout: `${n}\n` })
    expect(started).toHaveLength(8)
  })

  it.each([
    ['a folder that is not there', { cwd: '/nowhere/at all' }],
    ['no git', { env: { PATH: '/nowhere' } }],
    ['an argument longer than the system takes', { args: ['x'.repeat(4_000_000)] }],
    ['a relative folder', { cwd: 'src' }],
    ['an input without an end of its last line', { input: 'x' }],
    ['an input with a NUL', { input: 'x\0\n' }],
    ['a long input', { input: 'x\n'.repeat(4000) }],
    ['an argument with a NUL', { args: ['x\0'] }],
    ['a variable that no shell can name', { env: { 'A-B': 'c' } }],
  ])('leaves to an ordinary process what it cannot start: %s', async (_, call) => {
    const { run } = open()
    expect(await run(['version'], call)).toBe('unable')
    expect(await run(['version'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('git version') })
  })

  it('that was ended while it waited costs nobody an answer, and is followed by another', async () => {
    const { run, started } = open()
    await run(['version'])
    started[0]?.kill('SIGKILL')
    // Nobody has heard of its end yet.
    expect(await run(['version'])).toBe('unable')
    expect(await run(['version'])).toMatchObject({ exitCode: 0 })
    expect(started).toHaveLength(2)
  })

  it('is followed by another when all were ended at once while they waited, as by Ctrl-C', async () => {
    const { run, started } = open()
    const all = () => Promise.all(Array.from({ length: 8 }, () => run(['version'])))
    await all()
    for (const child of started) child.kill('SIGKILL')
    expect(await all()).toEqual(Array.from({ length: 8 }, () => 'unable'))
    expect(await run(['version'])).toMatchObject({ exitCode: 0 })
  })

  it('that ended while git was at work says so, once git is done', async () => {
    const { at, run } = open((at) => ({ PATH: withGit(at, 'kill -9 $PPID; echo done > done') }))
    expect(await run([])).toBe('ended')
    expect(at.read('done')).toBe('done\n')
  })

  it('passes nothing on that something left behind by an earlier git says later', async () => {
    const leaving = `(${waiting}; echo late; echo late >&2; mv go gone) & echo "$1"`
    const { at, run } = open((at) => ({ PATH: withGit(at, leaving) }))
    expect(await run(['first'])).toEqual({ exitCode: 0, stdout: 'first\n', stderr: '' })
    at.write({ go: '' })
    await vi.waitFor(() => expect(at.read('gone')).toBe(''))
    expect(await run(['second'])).toEqual({ exitCode: 0, stdout: 'second\n', stderr: '' })
    at.write({ go: '' })
  })

  it('takes an answer for whole, whatever something left behind says after it', () => {
    const output = new MarkedOutput('mark')
    for (const chunk of ['early\nmark begins\nfirst\nma', 'rk 3\nlate']) output.add(Buffer.from(chunk))
    expect(output.exitCode).toBe(3)
    output.add(Buffer.from('r\n'))
    expect(output).toMatchObject({ exitCode: 3 })
    expect(output.text()).toBe('first\n')
  })

  it('waits for nothing that holds its outputs open when it is ended', async () => {
    const { at, run, started } = open((at) => ({ PATH: withGit(at, `(${waiting}) & echo "$1"`) }))
    expect(await run(['first'])).toMatchObject({ stdout: 'first\n' })
    for (const child of started) await endKept(child)
    expect(started[0]?.exitCode).toBe(0)
    at.write({ go: '' })
  })

  it.each(['', 'x\n'])('takes nothing that goes wrong before git for an answer of git: %j', async (input) => {
    const { run, started } = open()
    await run(['version'])
    started[0]?.stdin.write('ulimit -n 3\n')
    expect(await run(['version'], { input })).toBe('unable')
  })

  it('leaves a variable alone whatever it is called', async () => {
    const { run } = open((at) => ({ PATH: withGit(at, 'echo "$code"'), code: 'theirs' }))
    for (let n = 0; n < 2; n++) expect(await run([])).toMatchObject({ stdout: 'theirs\n' })
  })

  it.skipIf(!existsSync('/bin/bash'))('that is Bash takes no options and no functions from its environment', async () => {
    const functions = { 'BASH_FUNC_cd%%': '() { false; }', '__BASH_FUNC<cd>()': '() { false; }' }
    const { run } = open((at) => ({ PATH: withGit(at, 'exit 1'), SHELLOPTS: 'errexit', ...functions }), '/bin/bash')
    for (let n = 0; n < 2; n++) expect(await run([])).toMatchObject({ exitCode: 1 })
  })

  it('starts nothing of a script that was cut off', () => {
    const { at } = open()
    const PATH = withGit(at, 'cat > started')
    const script = scriptFor({ args: ['a', 'b\nc'], cwd: at.root, env: { TOLD: 'd' }, input: 'e\nf\n' }, 'mark').trimEnd()
    const started = (text: string): boolean => {
      rmSync(at.path('started'), { force: true })
      spawnSync('/bin/sh', [], { input: text, env: { PATH } })
      return at.read('started') !== null
    }
    expect(Array.from(script, (_, length) => length).filter((length) => started(script.slice(0, length)))).toEqual([])
    expect(started(`${script}\n`)).toBe(true)
  })

  it('is tried three times and then no more where there is none', async () => {
    const { run, started } = open(() => ({}), '/nowhere/sh')
    for (let n = 0; n < 5; n++) expect(await run(['version'])).toBe('unable')
    expect(started.length).toBeLessThanOrEqual(3)
  })

  it('does without a process that the system refuses', () => {
    expect(startKept('/bin/sh', ['x'.repeat(4_000_000)], { cwd: '/', env: {} })).toBeNull()
  })

  it('ends with the door', async () => {
    const { at } = open()
    const children = (): string => execFileSync('sh', ['-c', 'cat /proc/$PPID/task/*/children; true'], { encoding: 'utf8' }).trim()
    const before = children().split(' ').length
    const git = createGit({ environment: at.environment, sleep: async () => {} })
    good(await git.run({ doing: 'look', args: ['version'], cwd: at.root }))
    await git.close()
    expect(children().split(' ').length).toBeLessThanOrEqual(before)
  })
})
