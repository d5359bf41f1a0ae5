import { mkdir, readdir, readFile, rm, rmdir, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkpointVersion } from '../../../src/adapters/store/checkpoint.js'
import { inspectRun, mendRun } from '../../../src/adapters/store/mend-run.js'
import { readHistory } from '../../../src/adapters/store/run-history.js'
import { runPaths } from '../../../src/adapters/store/run-paths.js'
import { at, Ear, instant, journalIn, runId, systemError, tell, tempFolder, tempRun, WatchedDisk } from './rig.js'
import { anyStory, closing, nthFact, opening, plainFold, story } from './run-story.js'

/** What another process sees of the run. */
async function readRun(folder: string) {
  const read = await readHistory(folder)
  return read.ok ? { ok: true, value: read.value.state } : read
}

describe('recording', () => {
  test('saves, then tells, in the order of the calls, and gives the state with the fact in it', async () => {
    const folder = await tempRun()
    const ear = new Ear()
    const saved: number[] = []
    const listener = {
      heard: (): void => void saved.push(disk.count('datasync facts.ndjson')),
      progressed: (): void => undefined,
    }
    const disk = new WatchedDisk()
    const journal = await journalIn(folder, { listeners: [listener, ear], disk })
    const states = await Promise.all(story(20).map((fact) => journal.record(fact)))
    expect(states.map((s) => s.seq)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1))
    expect(ear.facts.map((f) => f.seq)).toEqual(states.map((s) => s.seq))
    expect(saved).toEqual([1, ...Array.from({ length: 19 }, () => 2)])
    expect(journal.state).toEqual(plainFold(story(20), runId, at))
    await journal.close()
  })

  test('each line begins with number and instant and carries the run', async () => {
    const folder = await tempRun()
    await tell(folder, [opening])
    const line = await readFile(runPaths(folder).facts, 'utf8')
    expect(line.startsWith(`{"seq":1,"at":"${at}","run":"${runId}","type":"run-started"`)).toBe(true)
  })

  test('a listener that throws harms neither the run nor the other listeners', async () => {
    const ear = new Ear()
    const bad = {
      heard: () => {
        throw new Error('no')
      },
      progressed: () => undefined,
    }
    const journal = await journalIn(await tempRun(), { listeners: [bad, ear] })
    await journal.record(opening)
    expect(ear.facts).toHaveLength(1)
    await journal.close()
  })

  test('a fact that does not fit is a bug, is not saved, and does not stop what fits', async () => {
    const folder = await tempRun()
    const journal = await journalIn(folder)
    await expect(journal.record({ type: 'limit-lifted', account: 'default' })).rejects.toThrow('a run begins with run-started')
    expect(() => journal.state).toThrow('has not begun')
    await journal.record(opening)
    await expect(journal.record(opening)).rejects.toThrow('run-started twice')
    expect((await journal.record({ type: 'limit-lifted', account: 'default' })).seq).toBe(2)
    await journal.close()
    expect((await readFile(runPaths(folder).facts, 'utf8')).trim().split('\n')).toHaveLength(2)
  })

  test('when the disk is full nothing is told, the state stays what was saved, and a later start goes on from there', async () => {
    const folder = await tempRun()
    const ear = new Ear()
    const disk = new WatchedDisk()
    const journal = await journalIn(folder, { listeners: [ear], disk })
    await journal.record(opening)
    disk.before = (call) => {
      if (call === 'datasync facts.ndjson') throw systemError('ENOSPC')
    }
    const refused = await Promise.allSettled([journal.record(nthFact(1)), journal.record(nthFact(2))])
    for (const outcome of refused)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { failure: { reason: 'disk-full', path: runPaths(folder).facts } } })
    expect(ear.facts).toHaveLength(1)
    expect(journal.state.seq).toBe(1)
    await journal.close()
    const again = await journalIn(folder)
    expect((await again.record(closing)).ending).toBe('done')
    await again.close()
  })
})

describe('coming back', () => {
  test('after 1,000 facts the state is what a plain fold of them gives, with checkpoint, without, and for a reader', async () => {
    const folder = await tempRun()
    const facts = story(1000)
    const journal = await journalIn(folder)
    await Promise.all(facts.map((fact) => journal.record(fact)))
    const expected = plainFold(facts, runId, at)
    expect(journal.state).toEqual(expected)
    expect(await readRun(folder)).toEqual({ ok: true, value: expected })
    await journal.close()
    const withCheckpoint = await journalIn(folder)
    expect(withCheckpoint.state).toEqual(expected)
    await withCheckpoint.close()
    await rm(runPaths(folder).checkpoint)
    const without = await journalIn(folder)
    expect(without.state).toEqual(expected)
    await without.close()
  })

  test('whatever happened and wherever it was cut off, the state is a fold of a beginning of it', async () => {
    const parent = await tempFolder()
    let n = 0
    await fc.assert(
      fc.asyncProperty(anyStory, fc.nat(40), fc.nat(300), async (facts, stops, lost) => {
        const folder = path.join(parent, String(n++), runId)
        const first = facts.slice(0, stops)
        await tell(folder, first)
        const journal = await journalIn(folder)
        await Promise.all(facts.slice(first.length).map((fact) => journal.record(fact)))
        expect(journal.state).toEqual(plainFold(facts, runId, at))
        await journal.close()
        const { facts: file, checkpoint } = runPaths(folder)
        await rm(checkpoint)
        await truncate(file, Math.max(0, (await stat(file)).size - lost))
        const kept = (await readFile(file, 'utf8')).split('\n').length - 1
        const read = await readRun(folder)
        expect(read).toEqual({ ok: true, value: kept === 0 ? null : plainFold(facts.slice(0, kept), runId, at) })
      }),
      { numRuns: 25 },
    )
  })

  test('a torn last fact is cut off with a notice, and the run goes on', async () => {
    const folder = await tempRun()
    await tell(folder, story(5))
    await truncate(runPaths(folder).facts, (await stat(runPaths(folder).facts)).size - 3)
    await rm(runPaths(folder).checkpoint)
    const ear = new Ear()
    const journal = await journalIn(folder, { listeners: [ear] })
    expect(journal.state.seq).toBe(4)
    expect(ear.notices).toEqual([expect.stringContaining('cut off')])
    await journal.record(nthFact(4))
    await journal.close()
    expect(await readRun(folder)).toMatchObject({ ok: true, value: { seq: 5 } })
  })

  test('facts that are gone while the checkpoint is there lose nothing but history', async () => {
    const folder = await tempRun()
    await tell(folder, story(5))
    await rm(runPaths(folder).facts)
    const journal = await journalIn(folder)
    expect((await journal.record(nthFact(5))).seq).toBe(6)
    await journal.close()
    expect(await readRun(folder)).toMatchObject({ ok: true, value: { seq: 6 } })
  })

  test('a fact that is missing is said, not skipped', async () => {
    const folder = await tempRun()
    await tell(folder, story(5))
    const { facts, checkpoint } = runPaths(folder)
    await rm(checkpoint)
    const lines = (await readFile(facts, 'utf8')).split('\n')
    await writeFile(facts, lines.toSpliced(2, 1).join('\n'))
    expect(await readRun(folder)).toEqual({ ok: false, error: { reason: 'state-unreadable', path: facts, detail: 'fact 3 is missing' } })
  })

  test('a damaged fact is said, also where the checkpoint knows it', async () => {
    const folder = await tempRun()
    await tell(folder, story(9))
    const { facts } = runPaths(folder)
    const lines = (await readFile(facts, 'utf8')).split('\n')
    for (const damaged of ['rubbish', '{"seq":3}', lines[0]]) {
      await writeFile(facts, lines.with(2, damaged ?? '').join('\n'))
      const read = await readRun(folder)
      expect(read).toMatchObject({
        ok: false,
        error: { reason: 'state-unreadable', path: facts, detail: expect.stringContaining('line 3 is') },
      })
    }
  })

  test('a run that was never begun is told apart from a damaged one', async () => {
    expect(await readRun(await tempFolder())).toEqual({ ok: true, value: null })
  })
})

describe('the checkpoint', () => {
  const damages: readonly [string, (text: string) => string][] = [
    ['empty', () => ''],
    ['cut off', (text) => text.slice(0, 100)],
    ['zeros', (text) => '\0'.repeat(text.length)],
    ['another shape', () => JSON.stringify({ schemaVersion: checkpointVersion, orchVersion: '1.0.0', state: { run: 'x' } })],
    ['an unknown key in the envelope', (text) => text.replace('{', '{"more":1,')],
    ['a task without its phase', (text) => text.replace(/"phase":"\w+","stoppedIn"/, '"stoppedIn"')],
    ['a count in a task that is none', (text) => text.replace(/"attempts":\d+/, '"attempts":-1')],
    ['a number without an end', (text) => text.replace(/"costUsd":[\d.]+/, '"costUsd":1e999')],
    ['a task that is a list', (text) => text.replace(/"work":\{"(\w+)":\{/, '"work":{"x":[],"$1":{')],
    ['an older, unknown version', (text) => text.replace(/"schemaVersion":\d+/, '"schemaVersion":0')],
  ]
  test.each(damages)('that is damaged (%s) is refused, not replaced, and mended from the facts on request', async (_, damage) => {
    const folder = await tempRun()
    await tell(folder, story(9))
    const { checkpoint } = runPaths(folder)
    const damaged = damage(await readFile(checkpoint, 'utf8'))
    await writeFile(checkpoint, damaged)
    expect(await readRun(folder)).toMatchObject({ ok: false, error: { reason: 'state-unreadable', path: checkpoint } })
    await expect(journalIn(folder)).rejects.toThrow(checkpoint)
    expect(await readFile(checkpoint, 'utf8')).toBe(damaged)
    const found = await inspectRun(folder)
    expect(found?.remedy).toBe('rebuild')
    if (found !== null) await mendRun(found, { orchVersion: '0.0.0', now: instant })
    const journal = await journalIn(folder)
    expect(journal.state).toEqual(plainFold(story(9), runId, at))
    await journal.close()
    expect(await readFile(`${checkpoint}.damaged-${instant}`, 'utf8')).toBe(damaged)
    expect(JSON.parse(await readFile(checkpoint, 'utf8'))).toMatchObject({ schemaVersion: checkpointVersion, state: { seq: 9 } })
  })

  test('of an older orch is replaced without a word, and its facts mean the one account that it knew', async () => {
    const folder = await tempRun()
    await tell(folder, story(9))
    const { checkpoint, facts } = runPaths(folder)
    const older = (text: string) => text.replaceAll(',"account":"default"', '').replaceAll(',"model":null', '')
    await writeFile(facts, older(await readFile(facts, 'utf8')))
    await writeFile(checkpoint, '{"schemaVersion":1,"orchVersion":"0.0.0","state":{"limit":null}}')
    const ear = new Ear()
    const journal = await journalIn(folder, { listeners: [ear] })
    expect(journal.state).toEqual(plainFold(story(9), runId, at))
    expect(ear.notices).toEqual([])
    await journal.close()
  })

  test.each(['with', 'without'])('of a newer orch is refused and not touched, %s the facts', async (which) => {
    const folder = await tempRun()
    await tell(folder, story(9))
    const { checkpoint, facts } = runPaths(folder)
    if (which === 'without') await rm(facts)
    const newer = (await readFile(checkpoint, 'utf8')).replace(
      /{"schemaVersion":\d+,"orchVersion":"0.0.0"/,
      `{"schemaVersion":${checkpointVersion + 1},"orchVersion":"9.1.0"`,
    )
    await writeFile(checkpoint, newer)
    const failure = { reason: 'state-unreadable', path: checkpoint, detail: expect.stringContaining('newer orch (9.1.0)') }
    expect(await readRun(folder)).toEqual({ ok: false, error: failure })
    await expect(journalIn(folder)).rejects.toThrow('newer orch')
    expect(await readFile(checkpoint, 'utf8')).toBe(newer)
  })

  test('that is damaged with no facts to rebuild it from is refused, not replaced, and the kept version is named', async () => {
    const folder = await tempRun()
    await tell(folder, story(3))
    await tell(folder, [nthFact(3)])
    const { checkpoint, facts } = runPaths(folder)
    await rm(facts)
    await writeFile(checkpoint, 'rubbish')
    const read = await readRun(folder)
    expect(read).toMatchObject({ ok: false, error: { detail: expect.stringContaining(`${checkpoint}.previous`) } })
    await expect(journalIn(folder)).rejects.toThrow('checkpoint.json.previous')
    expect(await readFile(checkpoint, 'utf8')).toBe('rubbish')
  })

  test('is written at the stages, at the end and on request, not at every fact', async () => {
    const folder = await tempRun()
    const disk = new WatchedDisk()
    const journal = await journalIn(folder, { disk })
    const written = (): number => disk.count('rename checkpoint.json')
    for (const fact of story(150)) await journal.record(fact)
    await journal.flush()
    const before = written()
    expect(before).toBe(2)
    await journal.flush()
    expect(written()).toBe(before)
    await journal.record({ type: 'stage-failed', stage: 1, failure: { reason: 'internal', detail: '' } })
    await journal.record(closing)
    expect(written()).toBe(before + 2)
    await journal.close()
    expect(written()).toBe(before + 2)
  })

  test('costs the same for each fact, however long the run', async () => {
    const perFact = async (count: number): Promise<number> => {
      const disk = new WatchedDisk()
      const journal = await journalIn(path.join(await tempFolder(), runId), { disk })
      const tasks = Array.from({ length: count }, (_, n) => ({
        id: `1${letters(n)}` as never,
        title: 'x'.repeat(200),
        depends: [],
        optional: false,
        estimateMs: null,
      }))
      await journal.record({ ...opening, stages: [{ stage: 1, tasks }] } as typeof opening)
      const facts = tasks.flatMap((t) => [0, 1, 2, 3].map((n) => ({ ...nthFact(n < 2 ? n : n + 4), task: t.id }) as typeof opening))
      for (let n = 0; n < facts.length; n += 50) await Promise.all(facts.slice(n, n + 50).map((fact) => journal.record(fact)))
      await journal.close()
      return disk.bytes.reduce((sum, b) => sum + b.count, 0) / facts.length
    }
    expect(await perFact(700)).toBeLessThan((await perFact(70)) * 2.5)
  })

  test('leaves nothing behind but itself and the version before it', async () => {
    const folder = await tempRun()
    await tell(folder, story(450))
    await mkdir(path.join(folder, 'prompts'))
    for (const name of ['checkpoint.json', 'prompts/1A-1.md'])
      await writeFile(path.join(folder, `${name}.12345-0123456789ab.tmp`), 'of one that was killed')
    await tell(folder, [closing])
    expect(await readdir(path.join(folder, 'prompts'))).toEqual([])
    await rmdir(path.join(folder, 'prompts'))
    expect((await readdir(folder)).sort()).toEqual(['checkpoint.json', 'checkpoint.json.previous', 'facts.ndjson'])
    if (process.platform !== 'win32')
      for (const file of await readdir(folder)) expect((await stat(path.join(folder, file))).mode & 0o777).toBe(0o600)
  })
})

const letters = (n: number): string => (n < 26 ? '' : letters(Math.floor(n / 26) - 1)) + String.fromCharCode(65 + (n % 26))
