import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { openJournal } from '../../../src/adapters/store/journal.js'
import { findUnfinishedRun, listRuns, newRunId } from '../../../src/adapters/store/run-folders.js'
import { runPaths } from '../../../src/adapters/store/run-paths.js'
import type { Fact } from '../../../src/core/fact.js'
import { tempFolder } from './rig.js'
import { opening } from './run-story.js'

const ended = (ending: 'done' | 'failed' | 'paused'): Fact => ({ type: 'run-ended', ending, failure: null })

/** A run that began at an instant and then had these facts. */
async function past(runs: string, run: string, begun: string, facts: readonly Fact[]): Promise<void> {
  const runFolder = path.join(runs, run)
  const opened = await openJournal({ runFolder, orchVersion: '0.0.0', clock: { now: () => Date.parse(begun) }, listeners: [] })
  if (!opened.ok) throw new Error(JSON.stringify(opened.error))
  for (const fact of facts) await opened.value.record(fact)
  await opened.value.close()
}

describe('a run id', () => {
  test('says when, in UTC, and ends in four letters of chance', () => {
    const now = (): number => Date.parse('2026-07-18T09:05:07.123Z')
    expect(newRunId({ now }, { fraction: () => 0 })).toBe('20260718-090507-0000')
    expect(newRunId({ now }, { fraction: () => 0.999999 })).toBe('20260718-090507-zzzz')
    expect(newRunId({ now }, { fraction: Math.random })).toMatch(/^20260718-090507-[0-9a-hjkmnp-tv-z]{4}$/)
  })
})

describe('the runs of a repository', () => {
  test('are listed with the last one first, by when they began even within a second; anything else in the folder is left out', async () => {
    const runs = await tempFolder()
    await past(runs, '20260718-090000-zzzz', '2026-07-18T09:00:00.100Z', [opening])
    await past(runs, '20260718-090000-aaaa', '2026-07-18T09:00:00.900Z', [opening, ended('done')])
    await past(runs, '20260719-000000-mmmm', '2026-07-19T00:00:00.000Z', [])
    await mkdir(path.join(runs, 'notes'))
    await writeFile(path.join(runs, '20260720-000000-mmmm'), 'a file')
    expect(await listRuns(runs)).toEqual([
      { run: '20260719-000000-mmmm', folder: path.join(runs, '20260719-000000-mmmm'), startedAt: '2026-07-19T00:00:00.000Z' },
      { run: '20260718-090000-aaaa', folder: path.join(runs, '20260718-090000-aaaa'), startedAt: '2026-07-18T09:00:00.900Z' },
      { run: '20260718-090000-zzzz', folder: path.join(runs, '20260718-090000-zzzz'), startedAt: '2026-07-18T09:00:00.100Z' },
    ])
  })

  test('where none ever ran there are none', async () => {
    const runs = path.join(await tempFolder(), 'runs')
    expect(await listRuns(runs)).toEqual([])
    expect(await findUnfinishedRun(runs, () => true)).toEqual({ ok: true, value: null })
  })

  test('the one to go on with is the last wanted one, when it has not ended well', async () => {
    const runs = await tempFolder()
    await past(runs, '20260718-090000-aaaa', '2026-07-18T09:00:00Z', [opening, ended('failed')])
    await past(runs, '20260718-100000-aaaa', '2026-07-18T10:00:00Z', [opening, ended('paused')])
    await past(runs, '20260718-110000-aaaa', '2026-07-18T11:00:00Z', [opening, ended('done')])
    await past(runs, '20260718-120000-aaaa', '2026-07-18T12:00:00Z', [])
    expect(await findUnfinishedRun(runs, () => true)).toEqual({ ok: true, value: null })
    const older = await findUnfinishedRun(runs, (state) => state.ending !== 'done')
    expect(older).toMatchObject({ ok: true, value: { state: { run: '20260718-100000-aaaa', ending: 'paused' } } })
  })

  test('one that cannot be read is not passed over in silence', async () => {
    const runs = await tempFolder()
    await past(runs, '20260718-090000-aaaa', '2026-07-18T09:00:00Z', [opening])
    await past(runs, '20260718-100000-aaaa', '2026-07-18T10:00:00Z', [opening])
    const { facts, checkpoint } = runPaths(path.join(runs, '20260718-100000-aaaa'))
    await rm(checkpoint)
    await writeFile(facts, 'rubbish\nrubbish\n')
    expect(await findUnfinishedRun(runs, () => true)).toMatchObject({ ok: false, error: { reason: 'state-unreadable', path: facts } })
  })
})
