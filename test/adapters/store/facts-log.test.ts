import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { openFactsLog, readFacts } from '../../../src/adapters/store/facts-log.js'
import { parseFacts } from '../../../src/adapters/store/facts-text.js'
import type { RecordedFact } from '../../../src/core/fact.js'
import { at, runId, systemError, tempFolder, WatchedDisk } from './rig.js'
import { nthFact, story } from './run-story.js'

const recorded = (n: number): RecordedFact => ({ seq: n, at, run: runId, ...nthFact(n) })
const some = (count: number): RecordedFact[] => story(count).map((fact, index) => ({ seq: index + 1, at, run: runId, ...fact }))
const lines = (facts: readonly RecordedFact[]): string => facts.map((fact) => `${JSON.stringify(fact)}\n`).join('')

async function opened(file: string, disk = new WatchedDisk()) {
  const result = await openFactsLog(file, { disk })
  if (!result.ok) throw new Error(JSON.stringify(result.error))
  return { ...result.value, disk }
}

const factsFile = async (): Promise<string> => path.join(await tempFolder(), 'facts.ndjson')

describe('saving facts', () => {
  test('facts recorded while a write is under way go out together, in order, in one sync', async () => {
    const file = await factsFile()
    const { log, disk } = await opened(file)
    const order: number[] = []
    await Promise.all(some(100).map((fact) => log.append(fact).then(() => order.push(fact.seq))))
    expect(disk.count('datasync facts.ndjson')).toBe(2)
    expect(order).toEqual(some(100).map((fact) => fact.seq))
    expect(await readFile(file, 'utf8')).toBe(lines(some(100)))
    await log.close()
  })

  test('one after the other, each is synced before it is acknowledged', async () => {
    const { log, disk } = await opened(await factsFile())
    for (const [index, fact] of some(5).entries()) {
      await log.append(fact)
      expect(disk.count('datasync facts.ndjson')).toBe(index + 1)
    }
    await log.close()
  })

  test('a full disk refuses the fact and everything after it, and names the file', async () => {
    const file = await factsFile()
    const { log, disk } = await opened(file)
    await log.append(recorded(1))
    disk.before = (call) => {
      if (call.startsWith('append')) throw systemError('ENOSPC')
    }
    const refused = await Promise.allSettled([2, 3, 4].map((n) => log.append(recorded(n))))
    disk.before = () => undefined
    refused.push(...(await Promise.allSettled([log.append(recorded(5))])))
    for (const outcome of refused) expect(outcome).toMatchObject({ reason: { failure: { reason: 'disk-full', path: file } } })
    expect(await readFile(file, 'utf8')).toBe(lines([recorded(1)]))
    await log.close()
  })
})

describe('a facts file cut off anywhere', () => {
  test('gives exactly the facts whose lines are whole, at every byte', () => {
    const facts = some(6)
    const whole = Buffer.from(lines(facts))
    for (let length = 0; length <= whole.length; length++) {
      const kept = whole.subarray(0, length).filter((byte) => byte === 0x0a).length
      const parsed = parseFacts(whole.subarray(0, length))
      expect(parsed).toMatchObject({ ok: true, value: { facts: facts.slice(0, kept) } })
      if (parsed.ok) expect(parsed.value.wholeBytes + parsed.value.tornBytes).toBe(length)
    }
  })

  test('is repaired when it is opened for writing, and goes on', async () => {
    const file = await factsFile()
    const facts = some(4)
    const whole = lines(facts)
    const second = lines(facts.slice(0, 2)).length
    for (const cutAt of [0, 1, second - 1, second, second + 1, whole.length - 2, whole.length - 1]) {
      await writeFile(file, whole.slice(0, cutAt))
      const { log, facts: kept, tornBytes } = await opened(file)
      const next = { ...recorded(9), seq: kept.length + 1 }
      await log.append(next)
      await log.close()
      const written = facts.slice(0, kept.length)
      expect(tornBytes).toBe(cutAt - lines(written).length)
      expect(await readFile(file, 'utf8')).toBe(lines([...written, next]))
    }
  })

  test.each(['{"seq":3,"at"\n', '\0\0\0\0\n', '[]\n', '{"seq":3'])('loses only a last line that is damaged: %j', async (tail) => {
    const file = await factsFile()
    await writeFile(file, lines(some(2)) + tail)
    const { facts, log } = await opened(file)
    await log.close()
    expect(facts).toHaveLength(2)
    expect(await readFile(file, 'utf8')).toBe(lines(some(2)))
  })

  test('is left as it is by a reader', async () => {
    const file = await factsFile()
    await writeFile(file, `${lines(some(2))}{"seq":3,`)
    expect(await readFacts(file)).toMatchObject({ ok: true, value: { facts: some(2) } })
    expect(await readFile(file, 'utf8')).toBe(`${lines(some(2))}{"seq":3,`)
  })
})

describe('damage before the last line', () => {
  const damages: readonly [string, (text: string[]) => string[], string][] = [
    ['a line that is not JSON', (text) => text.with(1, 'rubbish'), 'line 2 is damaged'],
    ['a line of zeros', (text) => text.with(2, '\0'.repeat(40)), 'line 3 is damaged'],
    ['an empty line', (text) => text.toSpliced(1, 0, ''), 'line 2 is damaged'],
    ['a line twice', (text) => text.toSpliced(1, 0, text[1] ?? ''), 'line 3 is out of order'],
    ['two lines changed over', (text) => text.toSpliced(1, 2, text[2] ?? '', text[1] ?? ''), 'line 3 is out of order'],
  ]
  test.each(damages)('is refused, for reading and for writing, and nothing is changed: %s', async (_, damage, detail) => {
    const file = await factsFile()
    const text = damage(lines(some(4)).trimEnd().split('\n')).join('\n')
    await writeFile(file, `${text}\n`)
    const failure = { ok: false, error: { reason: 'state-unreadable', path: file, detail } }
    expect(await readFacts(file)).toEqual(failure)
    expect(await openFactsLog(file)).toEqual(failure)
    expect(await readFile(file, 'utf8')).toBe(`${text}\n`)
  })

  test('no file means no facts; a folder in its place is an error that is not swallowed', async () => {
    const file = await factsFile()
    expect(await readFacts(file)).toMatchObject({ ok: true, value: { facts: [] } })
    await mkdir(file)
    await expect(readFacts(file)).rejects.toThrow('EISDIR')
  })
})
