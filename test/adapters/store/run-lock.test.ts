import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import path from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { tokenOf } from '../../../src/adapters/store/lock-file.js'
import { ownIdentity } from '../../../src/adapters/store/process-identity.js'
import { acquireLock, type Lock, readLock } from '../../../src/adapters/store/run-lock.js'
import { compileStore, Taker } from './lock-rig.js'
import { at, tempFolder } from './rig.js'

const request = (file: string, run = 'r1') => ({ path: file, run, command: 'orch run', at })
const lockFile = async (): Promise<string> => path.join(await tempFolder(), 'orch.lock')
const inFolder = async (file: string): Promise<string[]> => (await readdir(path.dirname(file))).filter((n) => n.startsWith('orch.lock'))

async function taken(file: string): Promise<Lock> {
  const result = await acquireLock(request(file))
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

/** What a process leaves that was killed while it held the lock. */
async function leftBehind(changes: object = {}): Promise<string> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  const left = { ...(await ownIdentity()), pid: child.pid, run: 'old', command: 'orch run', at, nonce: String(Math.random()) }
  return `${JSON.stringify({ ...left, ...changes })}\n`
}

describe('the lock', () => {
  test('is held by one at a time, who is named to the others, and is free after the release', async () => {
    const file = await lockFile()
    const lock = await taken(file)
    expect(await acquireLock(request(file))).toEqual({
      ok: false,
      error: { reason: 'locked', holder: `pid ${process.pid} since ${at} on ${hostname()} (orch run)` },
    })
    expect(await readLock(file)).toMatchObject({ pid: process.pid, run: 'r1', command: 'orch run', at })
    await lock.release()
    expect(await readLock(file)).toBeNull()
    expect(await inFolder(file)).toEqual([])
    await (await taken(file)).release()
  })

  test('is released only by the one who holds it', async () => {
    const file = await lockFile()
    const lock = await taken(file)
    const other = await leftBehind()
    await writeFile(file, other)
    await lock.release()
    expect(await readFile(file, 'utf8')).toBe(other)
  })

  test('of 50 who want it at once goes to exactly one', async () => {
    const file = await lockFile()
    const results = await Promise.all(Array.from({ length: 50 }, () => acquireLock(request(file))))
    expect(results.filter((r) => r.ok)).toHaveLength(1)
    expect(await inFolder(file)).toEqual(['orch.lock'])
  })
})

describe('a stale lock', () => {
  const gone: readonly [string, () => Promise<string>][] = [
    ['its process ended', () => leftBehind()],
    ['its number was given to another process', () => leftBehind({ pid: process.pid, startTime: '1' })],
    ['the machine was restarted', () => leftBehind({ pid: process.pid, bootId: 'another' })],
    ['the machine was restarted and the container is another', () => leftBehind({ bootId: 'another', realm: 'another' })],
  ]
  test.each(gone)('is taken over when %s', async (_, content) => {
    const file = await lockFile()
    await writeFile(file, await content())
    expect(await readLock(file)).toBeNull()
    await taken(file)
    expect(await readLock(file)).toMatchObject({ pid: process.pid, run: 'r1' })
    expect(await inFolder(file)).toEqual(['orch.lock'])
  })

  test.runIf(process.platform === 'linux')('is taken over when its process ended and its parent has not noticed', async () => {
    const file = await lockFile()
    // The shell becomes a program that never asks after its child.
    const parent = spawn('sh', ['-c', 'sleep 0.05 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] })
    onTestFinished(() => void parent.kill('SIGKILL'))
    const [output] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(output.toString())
    const stat = (): Promise<string> => readFile(`/proc/${pid}/stat`, 'utf8')
    const startTime = (await stat()).replace(/^.*\) /, '').split(' ')[19]
    await vi.waitUntil(async () => (await stat()).includes(') Z '), { timeout: 50_000 })
    await writeFile(file, await leftBehind({ pid, startTime }))
    await taken(file)
  })

  test('goes to one of 50 within a process', async () => {
    const file = await lockFile()
    await writeFile(file, await leftBehind())
    const results = await Promise.all(Array.from({ length: 50 }, () => acquireLock(request(file))))
    expect(results.filter((r) => r.ok)).toHaveLength(1)
    expect(await inFolder(file)).toEqual(['orch.lock'])
  })

  test('is taken over although others died in the middle of doing so', async () => {
    const file = await lockFile()
    const [lock, first, second] = [await leftBehind(), await leftBehind(), await leftBehind()]
    await writeFile(file, lock)
    await writeFile(`${file}.after-${tokenOf(lock)}`, first)
    await writeFile(`${file}.after-${tokenOf(first)}`, second)
    await writeFile(`${file}.${JSON.parse(second).pid}-0123456789ab.tmp`, 'half')
    await taken(file)
    expect(await inFolder(file)).toEqual(['orch.lock'])
  })

  test('is taken and tidied up after one that was killed before it had the lock', async () => {
    const file = await lockFile()
    await writeFile(`${file}.${JSON.parse(await leftBehind()).pid}-0123456789ab.tmp`, 'half')
    await taken(file)
    expect(await inFolder(file)).toEqual(['orch.lock'])
  })

  test('is left to a living process that is in the middle of taking it over', async () => {
    const file = await lockFile()
    const lock = await leftBehind()
    const living = `${JSON.stringify({ ...(await ownIdentity()), run: 'next', command: 'orch resume', at })}\n`
    await writeFile(file, lock)
    await writeFile(`${file}.after-${tokenOf(lock)}`, living)
    expect(await acquireLock(request(file))).toMatchObject({ ok: false, error: { holder: expect.stringContaining('orch resume') } })
    expect(await readFile(file, 'utf8')).toBe(lock)
  })
})

describe('a lock that cannot be judged', () => {
  const unjudged: readonly [string, () => Promise<string>, string][] = [
    ['another machine', () => leftBehind({ host: 'elsewhere' }), 'elsewhere'],
    ['another container on this machine', () => leftBehind({ realm: 'linux pid:[1]' }), 'another machine or container'],
    ['a damaged file', () => Promise.resolve('{"pid":'), 'is damaged'],
    ['an empty file', () => Promise.resolve(''), 'is damaged'],
  ]
  test.each(unjudged)('is held, and says which file to remove: %s', async (_, content, words) => {
    const file = await lockFile()
    const text = await content()
    await writeFile(file, text)
    const result = await acquireLock(request(file))
    expect(result).toMatchObject({ ok: false, error: { reason: 'locked', holder: expect.stringContaining(words) } })
    expect(result).toMatchObject({ error: { holder: expect.stringContaining(file) } })
    expect(await readFile(file, 'utf8')).toBe(text)
  })
})

describe('between processes', () => {
  test('of ten with five tries each at a stale lock one wins; when it is killed the next one gets it', async () => {
    const folder = await tempFolder()
    const program = await compileStore(path.join(folder, 'compiled'))
    const file = path.join(folder, 'orch.lock')
    await writeFile(file, await leftBehind())
    const takers = Array.from({ length: 10 }, () => new Taker(program, file, 5))
    await Promise.all(takers.map((taker) => taker.ready()))
    const outcomes = await Promise.all(takers.map((taker) => taker.take()))
    expect(outcomes.flat().filter((o) => o === 'won')).toHaveLength(1)
    const winner = takers[outcomes.findIndex((o) => o.includes('won'))]
    const holder = await readLock(file)
    expect(holder?.pid).toBe(winner?.pid)
    expect(await acquireLock(request(file))).toMatchObject({ error: { holder: expect.stringContaining(`pid ${winner?.pid} since`) } })
    expect(await inFolder(file)).toEqual(['orch.lock'])
    await winner?.die()
    await (await taken(file)).release()
  })
})
