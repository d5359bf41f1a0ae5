import { describe, expect, it } from 'vitest'
import type { Change, Reach } from '../../src/core/leak.js'
import { ok } from '../../src/core/result.js'
import { mostAtALook } from '../../src/engine/rota.js'
import { Watch, type WatchedSession } from '../../src/engine/watch.js'
import { folded, runStarted, stageStarted, threeTasks, wholeLife } from '../support/facts.js'
import { aMilestone } from '../support/work.js'

const state = folded([runStarted(threeTasks)])
const session = (task: string): WatchedSession => ({ task, session: `s-${task}`, path: `/repo/.orch/${task}`, branch: `orch/r1/${task}` })
const [one, two] = [session('1A'), session('1B')]
const mine: Change = { kind: 'file', place: '/repo', name: 'mine.txt', before: null, after: 'x', madeIn: null }
const wrote = (path: string): Reach => ({ writes: [path], commands: [] })

/** Each time that it is asked it is two seconds later. */
const slowly = (now = 0) => ({ now: () => (now += 2000) })

/** What the next looks find, one after the other. */
function watching(...looks: readonly (readonly Change[])[]): Watch {
  const left = [...looks]
  return new Watch(
    {
      look: () => Promise.resolve(ok(left.shift() ?? [])),
      settle: () => Promise.resolve(ok(undefined)),
      inspect: () => Promise.resolve(ok([])),
      keep: () => Promise.resolve(ok('')),
    },
    { progressed: () => undefined },
    slowly(),
  )
}

describe('the watch over sessions', () => {
  it('holds a change back until all that ran at the time have ended, and gives it to the one that shows it', async () => {
    const watch = watching([], [], [mine], [])
    await watch.begin(one, state)
    await watch.begin(two, state)
    expect(await watch.end(one, state)).toEqual({ leaked: [], written: [], unexplained: [] })
    expect(await watch.end(two, state, wrote('/repo/mine.txt'))).toEqual({ leaked: [mine], written: [], unexplained: [] })
  })

  it('tells a change that nobody shows once, with all who ran', async () => {
    const watch = watching([], [], [mine], [])
    await watch.begin(one, state)
    await watch.begin(two, state)
    await watch.end(one, state)
    expect((await watch.end(two, state)).unexplained).toEqual([{ change: mine, tasks: ['1A', '1B'] }])
  })

  it('gives nobody what changed while nothing ran, or before it began', async () => {
    const watch = watching([], [], [mine], [])
    await watch.begin(one, state)
    await watch.end(one, state)
    await watch.begin(two, state)
    expect(await watch.end(two, state)).toEqual({ leaked: [], written: [], unexplained: [] })
  })

  it('looks once for all who come while it looks', async () => {
    let looks = 0
    const look = () => Promise.resolve(ok(++looks === 4 ? [mine] : []))
    const watch = new Watch(
      { look, settle: () => Promise.resolve(ok(undefined)), inspect: () => Promise.resolve(ok([])), keep: () => Promise.resolve(ok('')) },
      { progressed: () => undefined },
      slowly(),
    )
    const sessions = [one, two, session('1C')]
    for (const started of sessions) await watch.begin(started, state)
    const ends = await Promise.all(sessions.map((ended) => watch.end(ended, state)))
    expect(looks).toBeLessThanOrEqual(5)
    expect(ends.map((end) => end.unexplained.length)).toEqual([0, 0, 1])
  })

  it('lets a session move its own branch', async () => {
    const own: Change = { ...mine, kind: 'ref', place: one.path, name: 'refs/heads/orch/r1/1A', before: 'a', after: 'b' }
    const watch = watching([], [own])
    await watch.begin(one, state)
    expect(await watch.end(one, state)).toEqual({ leaked: [], written: [], unexplained: [] })
  })

  it('counts a file written by name where nobody can look', async () => {
    const watch = watching()
    await watch.begin(one, state)
    expect(await watch.end(one, state, wrote('/elsewhere/a.txt'))).toMatchObject({ written: ['/elsewhere/a.txt'] })
  })
})

describe('the watch over a stage of very many tasks', () => {
  const many = Array.from({ length: 200 }, (_, n) => aMilestone({ id: `1${String.fromCharCode(65 + Math.floor(n / 26), 65 + (n % 26))}` }))
  const waiting = folded([runStarted(many), stageStarted(1, many), ...many.flatMap(({ id }) => wholeLife(id))])
  const placeOf = (id: string): string => waiting.work[id]?.workspace?.path ?? ''
  const leak = (id: string): Change => ({ kind: 'file', place: placeOf(id), name: 'x', before: null, after: 'y', madeIn: null })

  /** Finds what lies in places that it is asked to look at. */
  class Places {
    readonly looked: string[][] = []
    readonly changed = new Set<string>()
    readonly watch: Watch

    constructor(clock: { now(): number } = slowly()) {
      this.watch = new Watch(
        {
          look: (quiet) => {
            const due = quiet.filter((place) => place.isDue).map((place) => place.path)
            this.looked.push(due)
            const found = [...this.changed].filter((id) => due.includes(placeOf(id)))
            for (const id of found) this.changed.delete(id)
            return Promise.resolve(ok(found.map(leak)))
          },
          settle: () => Promise.resolve(ok(undefined)),
          inspect: () => Promise.resolve(ok([])),
          keep: () => Promise.resolve(ok('')),
        },
        { progressed: () => undefined },
        clock,
      )
    }
  }
  const place = { words: [], git: [], writes: true }

  it('looks at all worktrees once, then at a few when a session ends, each in its turn', async () => {
    const { watch, looked } = new Places()
    for (let n = 0; n < 20; n++) {
      await watch.begin(one, waiting)
      await watch.end(one, waiting)
    }
    expect(looked[0]).toHaveLength(many.length)
    expect(Math.max(...looked.slice(1).map((due) => due.length))).toBe(mostAtALook)
    expect(new Set(looked.slice(1).flat()).size).toBe(many.length)
  })

  it('looks at none of them again for a session that starts beside others', async () => {
    const { watch, looked } = new Places()
    await watch.begin(one, waiting)
    await watch.begin(two, waiting)
    expect(looked[1]).toEqual([])
    await watch.end(two, waiting)
    expect(looked[2]).toHaveLength(mostAtALook)
  })

  it('looks at none of them again for a session that starts soon after one ended, unless a command has run', async () => {
    let now = 0
    const { watch, looked, changed } = new Places({ now: () => now })
    await watch.begin(one, waiting)
    await watch.end(one, waiting)
    now += 1999
    await watch.begin(two, waiting)
    expect(looked.at(-1)).toEqual([])
    // What it does there is still its own doing.
    const seen = looked[1]?.[0] ?? ''
    changed.add(many.find(({ id }) => placeOf(id) === seen)?.id ?? '')
    expect((await watch.end(two, waiting, wrote(`${seen}/else`))).leaked).toHaveLength(1)
    await watch.besideCommand(async () => undefined)
    await watch.begin(one, waiting)
    expect(looked.at(-1)).toHaveLength(mostAtALook)
    await watch.end(one, waiting)
    await watch.besideCommand(() => watch.begin(two, waiting))
    expect(looked.at(-1)).toHaveLength(mostAtALook)
    await watch.end(two, waiting)
    now += 2000
    await watch.begin(one, waiting)
    expect(looked.at(-1)).toHaveLength(mostAtALook)
  })

  it('looks at those that a session names when it ends, and fails the session for what it did there', async () => {
    const { watch, changed } = new Places()
    await watch.begin(one, waiting)
    changed.add('1GA')
    expect((await watch.end(one, waiting, wrote(`${placeOf('1GA')}/x`))).leaked).toEqual([leak('1GA')])
    await watch.begin(one, waiting)
    changed.add('1FA')
    const reach = { writes: [], commands: [{ ...place, paths: [`${placeOf('1FA')}/x`] }] }
    expect((await watch.end(one, waiting, reach)).leaked).toEqual([leak('1FA')])
  })

  it('finds the rest before it is used, and tells all who ran since it was last looked at', async () => {
    const { watch, changed } = new Places()
    await watch.begin(one, waiting)
    changed.add('1GA')
    expect(await watch.end(one, waiting)).toMatchObject({ leaked: [], unexplained: [] })
    expect(await watch.catchUp(waiting)).toEqual([{ change: leak('1GA'), tasks: ['1A'] }])
    expect(await watch.catchUp(waiting)).toEqual([])
  })

  it('blames no session that began after the change', async () => {
    const { watch, changed } = new Places()
    await watch.begin(one, waiting)
    changed.add('1GA')
    await watch.end(one, waiting)
    for (let n = 0; n < 14; n++) {
      await watch.begin(two, waiting)
      const { leaked, unexplained } = await watch.end(two, waiting)
      expect(leaked).toEqual([])
      for (const { tasks } of unexplained) expect(tasks).toContain('1A')
    }
    expect(changed.size).toBe(0)
  })
})
