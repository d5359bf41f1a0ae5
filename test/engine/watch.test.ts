import { describe, expect, it } from 'vitest'
import type { Change, Reach } from '../../src/core/leak.js'
import { ok } from '../../src/core/result.js'
import { Watch, type WatchedSession } from '../../src/engine/watch.js'
import { folded, runStarted, threeTasks } from '../support/facts.js'

const state = folded([runStarted(threeTasks)])
const session = (task: string): WatchedSession => ({ task, session: `s-${task}`, path: `/repo/.orch/${task}`, branch: `orch/r1/${task}` })
const [one, two] = [session('1A'), session('1B')]
const mine: Change = { kind: 'file', place: '/repo', name: 'mine.txt', before: null, after: 'x', madeIn: null }
const wrote = (path: string): Reach => ({ writes: [path], commands: [] })

/** What the next looks find, one after the other. */
function watching(...looks: readonly (readonly Change[])[]): Watch {
  const left = [...looks]
  return new Watch(
    {
      look: () => Promise.resolve(ok(left.shift() ?? [])),
      inspect: () => Promise.resolve(ok([])),
      keep: () => Promise.resolve(ok('')),
    },
    { progressed: () => undefined },
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
      { look, inspect: () => Promise.resolve(ok([])), keep: () => Promise.resolve(ok('')) },
      { progressed: () => undefined },
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
