import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import { type Disk, type DiskFile, realDisk } from '../../../src/adapters/store/disk.js'
import { openJournal, type RunJournal } from '../../../src/adapters/store/journal.js'
import type { Fact } from '../../../src/core/fact.js'
import type { Listener } from '../../../src/engine/ports/listener.js'

export const runId = '20260718-093000-abcd'
export const instant = Date.parse('2026-07-18T09:30:00.000Z')
export const at = new Date(instant).toISOString()

/** A folder that is gone after the test. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'orch-store-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export const tempRun = async (): Promise<string> => path.join(await tempFolder(), runId)

/** What a listener heard, in order. */
export class Ear implements Listener {
  readonly facts: { seq: number; type: string }[] = []
  readonly notices: string[] = []

  heard(fact: { seq: number; type: string }): void {
    this.facts.push({ seq: fact.seq, type: fact.type })
  }

  progressed(progress: { type: string; text?: string }): void {
    if (progress.text !== undefined) this.notices.push(progress.text)
  }
}

export async function journalIn(runFolder: string, more: { listeners?: Listener[]; disk?: Disk } = {}): Promise<RunJournal> {
  const { listeners = [], disk = realDisk } = more
  const opened = await openJournal({ runFolder, orchVersion: '0.0.0', clock: { now: () => instant }, listeners, disk })
  if (!opened.ok) throw new Error(JSON.stringify(opened.error))
  return opened.value
}

/** Writes a run's facts one after the other and closes. */
export async function tell(runFolder: string, facts: readonly Fact[]): Promise<void> {
  const journal = await journalIn(runFolder)
  for (const fact of facts) await journal.record(fact)
  await journal.close()
}

/** The real disk, with every call counted and any call made to fail. */
export class WatchedDisk implements Disk {
  readonly calls: string[] = []
  readonly bytes: { path: string; count: number }[] = []
  /** Called before each call with what it is, `append facts.ndjson`; may throw. */
  before: (call: string) => void = () => undefined

  count(call: string): number {
    return this.calls.filter((c) => c === call).length
  }

  async open(file: string, flags: string, mode?: number): Promise<DiskFile> {
    const real = await realDisk.open(file, flags, mode)
    const seen = <A extends unknown[], R>(call: string, then: (...args: A) => Promise<R>) => {
      return async (...args: A): Promise<R> => {
        this.#see(`${call} ${path.basename(file)}`)
        return then(...args)
      }
    }
    return {
      appendFile: seen('append', (data: string) => {
        this.bytes.push({ path: file, count: Buffer.byteLength(data) })
        return real.appendFile(data)
      }),
      sync: seen('sync', () => real.sync()),
      datasync: seen('datasync', () => real.datasync()),
      truncate: seen('truncate', (length: number) => real.truncate(length)),
      close: () => real.close(),
    }
  }

  async rename(from: string, to: string): Promise<void> {
    this.#see(`rename ${path.basename(to)}`)
    await realDisk.rename(from, to)
  }

  async link(existing: string, file: string): Promise<void> {
    this.#see(`link ${path.basename(existing)}`)
    await realDisk.link(existing, file)
  }

  async copyFile(from: string, to: string): Promise<void> {
    await realDisk.copyFile(from, to)
  }

  async unlink(file: string): Promise<void> {
    await realDisk.unlink(file)
  }

  #see(call: string): void {
    this.calls.push(call)
    this.before(call)
  }
}

export const systemError = (code: string): Error => Object.assign(new Error(code), { code })
