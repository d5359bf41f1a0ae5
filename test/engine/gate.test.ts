import { describe, expect, it } from 'vitest'
import { defaultAccount, onlyAccount } from '../../src/core/account.js'
import { defaultConfig } from '../../src/core/config.js'
import type { Fact } from '../../src/core/fact.js'
import type { RunState } from '../../src/core/run-state.js'
import { openGate } from '../../src/engine/gate.js'
import { Halt } from '../../src/engine/halt.js'
import { MemoryLimits } from '../support/simulation/memory-limits.js'
import { VirtualClock } from '../support/simulation/virtual-clock.js'

const minute = 60_000

/** A gate in front of nothing but a clock and the account's limits. */
function openedGate(whileLooking: () => void = () => undefined) {
  const clock = new VirtualClock()
  const facts: Fact[] = []
  let state = { limits: {}, account: null } as unknown as RunState
  const journal = {
    get state() {
      return state
    },
    record: (fact: Fact) => {
      facts.push(fact)
      if (fact.type === 'limit-lifted') state = { ...state, limits: {} }
      return Promise.resolve(state)
    },
  }
  const listener = { heard: () => undefined, progressed: () => undefined }
  const halt = new Halt()
  const { rateLimit } = defaultConfig
  const disk = {
    path: '/',
    isFull: () => {
      whileLooking()
      return Promise.resolve(false)
    },
  }
  const reservations = { reserve: () => Promise.resolve({ evicted: new AbortController().signal, release: () => undefined }) }
  return {
    clock,
    facts,
    halt,
    gate: openGate({
      ...{ accounts: [onlyAccount], concurrency: 4, journal, clock, listener, halt, rateLimit, noWait: false, waitsUntil: null, disk },
      sharedLimits: new MemoryLimits().of('r1', clock),
      reservations,
    }),
  }
}

describe('the gate', () => {
  it('is closed by a limit before the fact of it is saved', async () => {
    const { clock, gate } = openedGate()
    const until = clock.now() + minute
    gate.close(defaultAccount, { until, window: null })
    expect(await gate.admit({ task: '1A', notBefore: 0, conversationOf: null, step: 'implement' })).toMatchObject({
      account: defaultAccount,
    })
    expect(clock.now()).toBeGreaterThanOrEqual(until)
  })

  it('is not passed when a limit is met while the disk is looked at', async () => {
    let until = 0
    const { clock, gate } = openedGate(() => {
      if (until > 0) return
      until = clock.now() + minute
      gate.close(defaultAccount, { until, window: null })
    })
    expect(await gate.admit({ task: '1A', notBefore: 0, conversationOf: null, step: 'implement' })).toMatchObject({
      account: defaultAccount,
    })
    expect(clock.now()).toBeGreaterThanOrEqual(until)
  })

  it('does not wait for a limit that only a clock set back since has put so far ahead', async () => {
    const day = 24 * 60 * minute
    const { clock, facts, gate } = openedGate()
    gate.close(defaultAccount, { until: Date.UTC(2027, 0, 1), window: null })
    expect(await gate.admit({ task: '1A', notBefore: 0, conversationOf: null, step: 'implement' })).toMatchObject({
      account: defaultAccount,
    })
    expect(clock.elapsed).toBeLessThan(day)
    expect(facts).toContainEqual({ type: 'limit-lifted', account: defaultAccount })
  })
})
