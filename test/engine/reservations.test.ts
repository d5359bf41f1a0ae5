import { expect, it } from 'vitest'
import { defaultConfig } from '../../src/core/config.js'
import { gibibyte, mebibyte } from '../../src/core/machine.js'
import { Halt } from '../../src/engine/halt.js'
import type { Journal } from '../../src/engine/ports/journal.js'
import { Reservations } from '../../src/engine/reservations.js'
import { MemoryMachine, MemoryPeaks, roomy } from '../support/simulation/memory-machine.js'
import { approval, finished } from '../support/simulation/scripted-agent.js'
import { VirtualClock } from '../support/simulation/virtual-clock.js'
import { World } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

/** Reservations on a machine of 20 GiB with so many free; each session is expected to need 1 GiB. */
function withFree(free: number, spawnPerMinute: number | null = null) {
  const machine = new MemoryMachine()
  const becomes = (gibibytes: number): void => machine.becomes({ memory: { total: 20 * gibibyte, available: gibibytes * gibibyte } })
  becomes(free)
  const told: string[] = []
  const journal = {
    state: { work: {} },
    record: (fact: { type: string; task?: string; detail?: string }) => {
      told.push(`${fact.type} ${fact.task}: ${fact.detail}`)
      return Promise.resolve({})
    },
  } as unknown as Journal
  const halt = new Halt()
  const clock = new VirtualClock()
  const agent = { freeze: () => Promise.resolve(false), thaw: () => Promise.resolve() }
  const resources = { ...defaultConfig.resources, perTaskMemory: gibibyte, sampleMs: 1e9 }
  const peaks = new MemoryPeaks()
  return {
    becomes,
    told,
    halt,
    clock,
    reservations: new Reservations({ machine, disk: { path: '/' }, peaks, agent, journal, clock, halt, resources, spawnPerMinute }),
  }
}

const start = (task: string) => ({ task, step: 'implement' as const })
const settled = () => new Promise((resolve) => setImmediate(resolve))

it('two starts never count on the same free memory, and the one that waits starts when the other has ended', async () => {
  const { reservations, told } = withFree(4.5)
  const first = await reservations.reserve(start('1A'))
  let second: unknown = null
  const waiting = reservations.reserve(start('1B')).then((reservation) => (second = reservation))
  await settled()
  expect(second).toBeNull()
  expect(told).toEqual(['start-held 1B: memory: 1.5 GiB free, 1.0 reserved, needs 1.0'])
  first?.release()
  expect(await waiting).not.toBeNull()
})

it('starts pass in their order when memory comes back', async () => {
  const { reservations, becomes } = withFree(4.5)
  const order: string[] = []
  await reservations.reserve(start('1A'))
  const waiting = ['1B', '1C'].map((task) => reservations.reserve(start(task)).then(() => order.push(task)))
  await settled()
  becomes(20)
  await Promise.all(waiting)
  expect(order).toEqual(['1B', '1C'])
})

it('a start that waits is not made when the run stops', async () => {
  const { reservations, halt } = withFree(4.5)
  await reservations.reserve(start('1A'))
  const waiting = reservations.reserve(start('1B'))
  await settled()
  halt.request({ ending: 'interrupted', failure: { reason: 'interrupted' } })
  expect(await waiting).toBeNull()
})

it('no more sessions begin within a minute than are allowed', async () => {
  const { reservations, clock } = withFree(20, 2)
  const began = clock.now()
  for (const task of ['1A', '1B', '1C']) (await reservations.reserve(start(task)))?.release()
  expect(clock.now() - began).toBe(60_000)
})

const act = (request: { step: string; task: string }, files: Record<string, string>) => {
  if (request.step === 'review') return approval()
  files[`${request.task}.txt`] = 'x'
  return finished()
}

it('a run learns what its sessions took, by what they were for', async () => {
  const world = new World({
    milestones: [aMilestone({ id: '1A' })],
    act: (request, files) => {
      world.machine.becomes({
        sessions: { [request.session]: { memory: (request.step === 'review' ? 200 : 900) * mebibyte, processors: 1 } },
      })
      return act(request, files)
    },
  })
  expect(await world.run()).toMatchObject({ ending: 'done' })
  expect(world.peaks.learnt.map(({ step, peak }) => [step, peak.memory / mebibyte])).toEqual([
    ['implement', 900],
    ['review', 200],
  ])
})

it('a session that is ended for the memory again and again counts as failed at last', async () => {
  const full = { total: 20 * gibibyte, available: gibibyte }
  const world = new World({
    milestones: [aMilestone({ id: '1A', retries: 0 })],
    act: async (_, __, clock) => {
      world.machine.becomes({ memory: full })
      await settled()
      world.machine.becomes({ memory: full })
      await settled()
      world.machine.becomes({ memory: roomy.memory })
      await clock.sleepUntil(clock.now() + 1, new AbortController().signal)
      return { kind: 'stopped', usage: finished().usage }
    },
  })
  expect(await world.run()).toMatchObject({ ending: 'failed' })
  const interruptions = world.facts.flatMap((f) => (f.type === 'attempt-interrupted' ? [f.cause] : []))
  expect(interruptions).toEqual(['memory', 'memory', 'memory'])
  expect(world.state?.work['1A']).toMatchObject({ phase: 'failed', attempts: 1, failure: { reason: 'memory-short', times: 4 } })
})

it('a stage whose worktrees do not fit on the disk is not begun', async () => {
  const world = new World({
    milestones: [aMilestone({ id: '1A' }), aMilestone({ id: '1B' })],
    act,
    start: { 'large.txt': 'x'.repeat(600) },
  })
  world.machine.becomes({ disk: { total: 1e6, free: 1000 } })
  expect(await world.run()).toMatchObject({ ending: 'surroundings', failure: { reason: 'disk-short', tasks: 2, needs: 1200, free: 1000 } })
  expect(world.agent.sessions).toEqual([])
  world.machine.becomes({ disk: roomy.disk })
  expect(await world.run()).toMatchObject({ ending: 'done' })
})

it('a disk that holds all starts while nothing runs pauses the run, as nobody but a person will empty it', async () => {
  const world = new World({ milestones: [aMilestone({ id: '1A' })], act })
  world.machine.becomes({ disk: { total: 1e9, free: 5e7 } })
  expect(await world.run()).toMatchObject({
    ending: 'surroundings',
    failure: { reason: 'disk-full', detail: expect.stringContaining('95 % used') },
  })
  expect(world.agent.sessions).toEqual([])
  world.machine.becomes({ disk: roomy.disk })
  expect(await world.run()).toMatchObject({ ending: 'done' })
})
