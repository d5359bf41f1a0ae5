import { describe, expect, it } from 'vitest'
import type { Fact } from '../../src/core/fact.js'
import { valuesOf, withEntries } from '../../src/core/paged-record.js'
import { reduce } from '../../src/core/run-fold.js'
import { type RunState, withWork } from '../../src/core/run-state.js'
import { folded, recorded, runStarted, stageStarted, wholeLife } from '../support/facts.js'
import { aMilestone } from '../support/work.js'

const numbered = (count: number): Record<string, number> => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]))

const at = (record: Readonly<Record<string, number>>, key: string): number | undefined => record[key]

describe('a paged record', () => {
  it('reads like the plain record that it stands for, whatever was replaced, added and taken away', () => {
    let plain: Record<string, number> = {}
    let record: Readonly<Record<string, number>> = plain
    for (let n = 0; n < 1000; n++) {
      const [key, gone] = [`k${(n * 7) % 400}`, `k${(n * 3) % 400}`]
      const taken = n % 5 === 0 && gone !== key ? [gone] : []
      record = withEntries(record, [[key, n]], new Set(taken))
      plain = { ...plain, [key]: n }
      for (const each of taken) delete plain[each]
    }
    expect({ ...record }).toStrictEqual(plain)
    expect(record).toStrictEqual(plain)
    expect(JSON.stringify(record)).toBe(JSON.stringify(plain))
    expect(valuesOf(record)).toStrictEqual(Object.values(plain))
    expect(Object.keys(record)).toStrictEqual(Object.keys(plain))
    expect(['k1' in record, 'no' in record, at(record, 'no')]).toStrictEqual(['k1' in plain, false, undefined])
  })

  it('keeps what it had when another is made of it, and cannot be written to', () => {
    const first = withEntries(numbered(300), [['k200', -1]])
    const second = withEntries(first, [
      ['k200', -2],
      ['new', 0],
    ])
    expect([at(first, 'k200'), at(second, 'k200'), at(first, 'new'), at(second, 'new')]).toEqual([-1, -2, undefined, 0])
    const open = first as Record<string, number>
    expect(() => Object.assign(open, { k200: 0 })).toThrow(TypeError)
    expect(Reflect.deleteProperty(open, 'k200')).toBe(false)
    expect(at(first, 'k200')).toBe(-1)
  })
})

describe('the state of a run of many tasks', () => {
  const milestones = Array.from({ length: 2000 }, (_, n) => aMilestone({ id: `1${letters(n)}` }))
  const start: Fact[] = [runStarted(milestones), stageStarted(1, milestones)]

  it('is passed over once, and not for each fact that is folded into it', () => {
    const state = folded(start)
    let reads = 0
    const work = new Proxy(
      { ...state.work },
      {
        get: (all, id) => {
          reads++
          return Reflect.get(all, id) as unknown
        },
      },
    )
    let next: RunState = { ...state, work }
    const life = recorded([...start, ...milestones.slice(0, 100).flatMap(({ id }) => wholeLife(id))]).slice(start.length)
    for (const fact of life) next = reduce(next, fact)
    expect(life.length).toBe(800)
    // Once each, and once more for the very first change.
    expect(reads).toBeLessThanOrEqual(milestones.length + 10)
  })

  it('stays as it was for those who hold it', () => {
    const before = folded(start)
    const after = withWork(before, '1A', (work) => ({ ...work, attempts: 7 }))
    expect([before.work['1A']?.attempts, after.work['1A']?.attempts]).toEqual([0, 7])
    expect(after.work['1B']).toBe(before.work['1B'])
  })
})

/** 0 → A, 25 → Z, 26 → AA. */
function letters(n: number): string {
  return (n >= 26 ? letters(Math.floor(n / 26) - 1) : '') + String.fromCharCode(65 + (n % 26))
}
