import { writeSync } from 'node:fs'
import pMap from 'p-map'
import { beforeAll, describe, expect, it } from 'vitest'
import { endStateOf, eventfulRig, sessionsOf } from '../support/kill/eventful-run.js'
import { killingAt, type Point, pointsIn, spread, watchedIn, watching } from '../support/kill/killing.js'
import type { Ended } from '../support/launch.js'
import type { Rig } from '../support/rig.js'

/** `npm run kill-everywhere`: every point instead of a sample, which takes an hour or more. */
const isEverywhere = process.env['ORCH_KILL_EVERYWHERE'] === '1'
const hours = 12 * 3_600_000

/** The uninterrupted run that every other one is compared with. */
let calm: { state: ReturnType<typeof endStateOf>; sessions: number; points: readonly Point[] }

beforeAll(async () => {
  await using rig = eventfulRig(1)
  expect(await rig.orch(['run'], { env: watching(rig) })).toMatchObject({ exitCode: 0 })
  calm = { state: endStateOf(rig), sessions: sessionsOf(rig).length, points: pointsIn(watchedIn(rig)) }
})

/** What a person types after a crash: resume, and run when there is nothing to resume yet. */
async function goOn(rig: Rig, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const resumed = await rig.orch(['resume'], { env })
  return resumed.stdout.includes('There is no unfinished run') ? rig.orch(['run'], { env }) : resumed
}

/** Kills a run, and each resumption of it, at the given points; then lets it come to its end. @returns what is not as it should be */
async function harmOf(points: readonly Point[], concurrency: number): Promise<string[]> {
  await using rig = eventfulRig(concurrency)
  const ended: Ended[] = []
  for (const [n, point] of points.entries()) {
    const env = killingAt(rig, point)
    ended.push(n === 0 ? await rig.orch(['run'], { env }) : await goOn(rig, env))
  }
  ended.push(await goOn(rig))
  return problemsWith(rig, ended)
}

function problemsWith(rig: Rig, ended: readonly Ended[]): string[] {
  const problems: string[] = []
  const state: Record<string, unknown> = endStateOf(rig)
  for (const [name, value] of Object.entries(calm.state)) {
    const [is, was] = [JSON.stringify(state[name]), JSON.stringify(value)]
    if (is !== was) problems.push(`${name}: ${is} instead of ${was}`)
  }
  const last = ended.at(-1)
  if (last?.exitCode !== 0) problems.push(`exit status ${last?.exitCode ?? 'none'}: ${last?.stderr ?? ''}`)
  if (ended[0]?.exitCode === 0) problems.push('it was never killed')
  const spare = sessionsOf(rig).length - calm.sessions
  if (spare < 0 || spare >= ended.length) problems.push(`${spare} sessions more than without a kill`)
  return problems
}

const named = (points: readonly Point[]): string => points.map(({ where, at }) => `${where} ${at}`).join(', ')

/** @returns one line for each of them that does harm */
async function harmOfEach(all: readonly (readonly Point[])[], concurrency = 1): Promise<string[]> {
  const counts = { tried: 0, harmful: 0 }
  const harm = await pMap(
    all,
    async (points) => {
      const lines = (await harmOf(points, concurrency)).map((problem) => `${named(points)}: ${problem}`)
      counts.tried++
      if (lines.length > 0) counts.harmful++
      if (isEverywhere) tell([...lines, `${counts.tried} of ${all.length} tried, ${counts.harmful} did harm (${named(points)})`])
      return lines
    },
    { concurrency: 2 },
  )
  return harm.flat()
}

/** Vitest keeps back what a test prints until it ends, and this one may take an hour. */
const tell = (lines: readonly string[]): void => void writeSync(2, `${lines.join('\n')}\n`)

describe('killed, really', () => {
  it(`${isEverywhere ? 'at every git command, saved fact, changed file and session' : 'here and there'}, a resumed run ends as if nothing had happened`, {
    timeout: hours,
  }, async () => {
    const points = isEverywhere ? calm.points : spread(calm.points, 8)
    expect(await harmOfEach(points.map((point) => [point]))).toEqual([])
  })

  it('twice, the second time while it resumes, it still does', { timeout: hours }, async () => {
    const seconds: readonly Point[] = [
      { where: 'git-before', at: 3 },
      { where: 'git-after', at: 24 },
      { where: 'fact-torn', at: 1 },
      { where: 'file-before', at: 9 },
      { where: 'fact-after', at: 6 },
    ]
    const firsts = spread(calm.points, isEverywhere ? 20 : 3)
    const pairs = firsts.flatMap((first, n) =>
      (isEverywhere ? seconds : seconds.slice(n % 5, (n % 5) + 1)).map((second) => [first, second]),
    )
    expect(await harmOfEach(pairs)).toEqual([])
  })

  it('while several tasks are under way, it still does', { timeout: hours }, async () => {
    const points = spread(calm.points, isEverywhere ? 100 : 3)
    expect(
      await harmOfEach(
        points.map((point) => [point]),
        3,
      ),
    ).toEqual([])
  })
})
