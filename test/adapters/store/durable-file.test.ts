import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { previousOf, writeDurably } from '../../../src/adapters/store/durable-file.js'
import { systemError, tempFolder, WatchedDisk } from './rig.js'

describe('a durable write', () => {
  test('is on the disk before it is acknowledged: file, then name, then folder', async () => {
    const folder = await tempFolder()
    const disk = new WatchedDisk()
    await writeDurably(path.join(folder, 'state.json'), 'new', { keepPrevious: false, disk })
    const kinds = disk.calls.map((call) => call.replace(/state\.json\..*\.tmp/, 'temporary').replace(path.basename(folder), 'folder'))
    expect(kinds).toEqual(['append temporary', 'sync temporary', 'rename state.json', 'sync folder'])
  })

  test('keeps the version before it, and only the owner may read either', async () => {
    const file = path.join(await tempFolder(), 'state.json')
    for (const text of ['one', 'two', 'three']) await writeDurably(file, text, { keepPrevious: true })
    expect(await readFile(file, 'utf8')).toBe('three')
    expect(await readFile(previousOf(file), 'utf8')).toBe('two')
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  test('recovers from a death between keeping the old version and putting the new one in its place', async () => {
    const file = path.join(await tempFolder(), 'state.json')
    await writeDurably(file, 'one', { keepPrevious: true })
    const disk = new WatchedDisk()
    disk.before = (call) => {
      if (call === 'rename state.json') throw systemError('EIO')
    }
    await expect(writeDurably(file, 'two', { keepPrevious: true, disk })).rejects.toThrow('EIO')
    await writeDurably(file, 'three', { keepPrevious: true })
    expect([await readFile(file, 'utf8'), await readFile(previousOf(file), 'utf8')]).toEqual(['three', 'one'])
    expect((await readdir(path.dirname(file))).sort()).toEqual(['state.json', 'state.json.previous'])
  })

  test.each(['append', 'sync'])('leaves the old version and no litter when the disk is full (%s)', async (kind) => {
    const file = path.join(await tempFolder(), 'state.json')
    await writeFile(file, 'old')
    const disk = new WatchedDisk()
    disk.before = (call) => {
      if (call.startsWith(kind)) throw systemError('ENOSPC')
    }
    await expect(writeDurably(file, 'new', { keepPrevious: true, disk })).rejects.toMatchObject({
      failure: { reason: 'disk-full', path: file },
    })
    expect(await readFile(file, 'utf8')).toBe('old')
    expect(await readdir(path.dirname(file))).toEqual(['state.json'])
  })

  test('of many writers at once ends with one of their texts, whole', async () => {
    const file = path.join(await tempFolder(), 'state.json')
    const texts = Array.from({ length: 20 }, (_, n) => String(n).repeat(50_000))
    await writeFile(file, texts[0] ?? '')
    await Promise.all(texts.map((text) => writeDurably(file, text, { keepPrevious: true })))
    expect(texts).toContain(await readFile(file, 'utf8'))
    expect(texts).toContain(await readFile(previousOf(file), 'utf8'))
  })
})
