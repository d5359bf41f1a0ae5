import type { FileHandle } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { BlockWriter } from '../../../src/adapters/claude/block-writer.js'

/** A disk on which each write waits until it is let go on, and takes at most so many bytes. */
class SlowDisk {
  readonly writes: string[] = []
  readonly #waiting: (() => void)[] = []

  constructor(
    private readonly most = Number.POSITIVE_INFINITY,
    private readonly fault: Error | null = null,
  ) {}

  get file(): FileHandle {
    const write = async (bytes: Buffer, from: number, length: number) => {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
      if (this.fault !== null) throw this.fault
      const bytesWritten = Math.min(length, this.most)
      this.writes.push(bytes.toString('latin1', from, from + bytesWritten))
      return { bytesWritten, buffer: bytes }
    }
    return { write } as unknown as FileHandle
  }

  /** Lets the next write go on. */
  async goOn(): Promise<void> {
    this.#waiting.shift()?.()
    await new Promise((resolve) => setImmediate(resolve))
  }

  async goOnUntil(ended: Promise<void>): Promise<void> {
    let isOver = false
    const over = ended.finally(() => (isOver = true))
    over.catch(() => undefined)
    while (!isOver) await this.goOn()
    await over
  }
}

const kibibyte = 1024

test('all that is added is written in order, in great pieces, also where the disk takes only a part at a time', async () => {
  const disk = new SlowDisk(100 * kibibyte)
  const writer = new BlockWriter(disk.file)
  const pieces = Array.from({ length: 500 }, (_, n) => `${n} ${'x'.repeat(n)}\n`)
  for (const piece of pieces) void writer.add([Buffer.from(piece)], false)
  await disk.goOnUntil(writer.end())
  expect(disk.writes.join('')).toBe(pieces.join(''))
  expect(disk.writes.length).toBeLessThan(5)
})

test('what presses is written at once, what comes meanwhile goes together', async () => {
  const disk = new SlowDisk()
  const writer = new BlockWriter(disk.file)
  void writer.add([Buffer.from('now\n')], true)
  for (const text of ['a\n', 'b\n', 'c\n']) void writer.add([Buffer.from(text)], false)
  await disk.goOn()
  expect(disk.writes).toEqual(['now\n'])
  await disk.goOnUntil(writer.end())
  expect(disk.writes).toEqual(['now\n', 'a\nb\nc\n'])
})

test('who adds faster than the disk takes it is asked to wait, however small the pieces', async () => {
  const disk = new SlowDisk()
  const writer = new BlockWriter(disk.file)
  let added = 0
  let wait: Promise<void> | undefined
  while (wait === undefined) {
    wait = writer.add([Buffer.alloc(kibibyte, 0x61)], false)
    added += 1
  }
  expect(added).toBeLessThan(600)
  await disk.goOnUntil(wait)
  expect(writer.add([Buffer.from('b')], false)).toBeUndefined()
  await disk.goOnUntil(writer.end())
  expect(disk.writes.join('')).toHaveLength(added * kibibyte + 1)
})

test('a disk that fails is told once, and nobody waits for it', async () => {
  const full = new Error('no space')
  const disk = new SlowDisk(1, full)
  const writer = new BlockWriter(disk.file)
  void writer.add([Buffer.from('a')], true)
  await disk.goOn()
  expect(await writer.broken).toBe(full)
  expect(writer.add([Buffer.alloc(kibibyte * kibibyte)], true)).toBeUndefined()
  await expect(writer.end()).rejects.toBe(full)
})
