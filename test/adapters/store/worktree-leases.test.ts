import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isFreePort } from '../../../src/adapters/machine/free-port.js'
import type { Lease } from '../../../src/adapters/store/lease-book.js'
import { ownIdentity } from '../../../src/adapters/store/process-identity.js'
import { WorktreeLeases } from '../../../src/adapters/store/worktree-leases.js'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'orch-leases-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** As another orch on this machine has them. */
const anOrch = (rules: { ports?: number; temp?: boolean; names?: string[] } = {}): WorktreeLeases =>
  new WorktreeLeases({
    folder: join(root, 'state'),
    rules: { ports: 3, temp: false, names: [], ...rules },
    temporary: root,
    isFreePort,
    now: () => Date.now(),
  })

const taken = async (orch: WorktreeLeases, place: string, task = '1A'): Promise<Readonly<Record<string, string>>> => {
  const result = await orch.take(task, place)
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return result.value
}

const bookFile = (): string => join(root, 'state', 'leases.json')
const book = (): Lease[] => JSON.parse(readFileSync(bookFile(), 'utf8')) as Lease[]

/** As if the process that holds it had been killed: no process has that number. */
const killHolders = (): void =>
  writeFileSync(bookFile(), JSON.stringify(book().map((lease) => ({ ...lease, holder: { ...lease.holder, pid: 2 ** 22 + 1 } }))))

const listening = (port: number): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer().listen(port, '127.0.0.1', () => resolve(server))
  })

describe('the leases of worktrees', () => {
  it('are the same each time they are asked for, and no two worktrees share any, whoever takes them', async () => {
    const [one, other] = [anOrch(), anOrch()]
    const places = Array.from({ length: 8 }, (_, i) => `/repo-${i}/worktree`)
    const all = await Promise.all(places.map((place, i) => taken(i % 2 === 0 ? one : other, place)))
    expect(await taken(one, '/repo-0/worktree')).toEqual(all[0])
    const firsts = all.map((env) => Number(env['ORCH_PORT'])).sort((a, b) => a - b)
    for (const [i, first] of firsts.entries()) if (i > 0) expect(first - (firsts[i - 1] ?? 0)).toBeGreaterThanOrEqual(3)
    expect(book()).toHaveLength(8)
  })

  it('leave out ports on which somebody listens', async () => {
    const first = Number((await taken(anOrch(), '/w'))['ORCH_PORT'])
    rmSync(bookFile())
    const server = await listening(first + 1)
    try {
      expect(Number((await taken(anOrch(), '/w'))['ORCH_PORT'])).not.toBe(first)
    } finally {
      server.close()
    }
  })

  it('of an orch that is gone are free again, and the worktree that had them gets them back', async () => {
    const orch = anOrch({ temp: true })
    const before = await taken(orch, '/mine')
    const temp = (await taken(orch, '/theirs'))['TMPDIR'] ?? ''
    expect(existsSync(temp)).toBe(true)
    killHolders()
    expect(await taken(anOrch({ temp: true }), '/mine')).toEqual(before)
    expect(book().map((lease) => lease.place)).toEqual(['/mine'])
    expect(book()[0]?.holder.pid).toBe(process.pid)
    expect(existsSync(temp)).toBe(false)
  })

  it('that are given back leave nothing', async () => {
    const orch = anOrch({ temp: true })
    const { TMPDIR: temp = '' } = await taken(orch, '/a')
    await taken(orch, '/b')
    await orch.release('/a')
    expect(existsSync(temp)).toBe(false)
    expect(book().map((lease) => lease.place)).toEqual(['/b'])
    await orch.releaseAll()
    expect(book()).toEqual([])
  })

  it('never take a folder away that no lease has made', async () => {
    const precious = join(root, 'precious')
    mkdirSync(precious)
    writeFileSync(join(precious, 'file'), 'x')
    const orch = anOrch({ temp: true })
    const { TMPDIR: temp = '' } = await taken(orch, '/linked')
    await taken(orch, '/lied')
    rmSync(temp, { recursive: true })
    symlinkSync(precious, temp)
    writeFileSync(bookFile(), JSON.stringify(book().map((lease) => (lease.place === '/lied' ? { ...lease, temp: precious } : lease))))
    killHolders()
    await taken(anOrch(), '/next')
    expect(existsSync(join(precious, 'file'))).toBe(true)
  })

  it('with a damaged book begin anew', async () => {
    mkdirSync(join(root, 'state'), { recursive: true })
    writeFileSync(bookFile(), '[{ "place"')
    expect(await taken(anOrch(), '/w')).toHaveProperty('ORCH_PORT')
  })

  it('that are names alone need no book', async () => {
    const env = await taken(anOrch({ ports: 0, names: ['A', 'B'] }), '/w', 'stage-1')
    expect(env['A']).toMatch(/^orch_stage_1_[0-9a-f]{10}$/)
    expect(env['B']).toBe(env['A'])
    expect(existsSync(bookFile())).toBe(false)
  })

  it('say so when there are no free ports', async () => {
    const orch = new WorktreeLeases({
      ...{ folder: join(root, 'state'), temporary: root, now: () => 0 },
      rules: { ports: 1000, temp: false, names: [] },
      isFreePort: () => Promise.resolve(false),
    })
    expect(await orch.take('1A', '/w')).toEqual({ ok: false, error: { reason: 'lease-failed', detail: 'no 1000 free ports in a row' } })
  })

  it('are held under the identity of this very process', async () => {
    await taken(anOrch(), '/w')
    expect(book()[0]?.holder).toEqual(await ownIdentity())
  })
})
