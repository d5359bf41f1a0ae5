import { describe, expect, it } from 'vitest'
import { findCycles, orderTasks, planRun } from '../../src/core/plan.js'
import { aMilestone } from '../support/work.js'

const everything = { stages: [], milestones: [] }
const at = () => ({ line: 3, column: 1 })
const plan = (
  milestones: Parameters<typeof aMilestone>[0][],
  selection = everything as { stages: number[]; milestones: string[] },
  merged: string[] = [],
) => planRun(milestones.map(aMilestone), selection, new Set(merged), at)

describe('a plan', () => {
  it('puts stages in order of their number, and tasks by dependency, then priority, then id', () => {
    const made = plan([
      { id: '10A' },
      { id: '2B' },
      { id: '2A', depends: ['2C'] },
      { id: '2C', priority: 'low' },
      { id: '2AA', priority: 'critical' },
    ])
    expect(made.ok && made.value.stages.map((s) => s.tasks.map((t) => t.id))).toEqual([['2AA', '2B', '2C', '2A'], ['10A']])
  })

  it('leaves out what is merged already', () => {
    const made = plan([{ id: '1A' }, { id: '1B', depends: ['1A'] }], everything, ['1A'])
    expect(made.ok && made.value).toMatchObject({ stages: [{ tasks: [{ id: '1B' }] }], alreadyMerged: ['1A'] })
  })

  it('keeps to the selection', () => {
    const made = plan([{ id: '1A' }, { id: '2A' }, { id: '2B' }, { id: '3A' }], { stages: [3], milestones: ['2B'] })
    expect(made.ok && made.value.stages.flatMap((s) => s.tasks.map((t) => t.id))).toEqual(['2B', '3A'])
  })

  const refusals: [
    what: string,
    milestones: Parameters<typeof aMilestone>[0][],
    selection: { stages: number[]; milestones: string[] } | undefined,
    message: RegExp,
  ][] = [
    ['an unknown dependency', [{ id: '1A', depends: ['1Z'] }], undefined, /1A depends on 1Z, and there is no such milestone/],
    ['a dependency on a later stage', [{ id: '1A', depends: ['2A'] }, { id: '2A' }], undefined, /later stage/],
    [
      'a circle',
      [
        { id: '1A', depends: ['1B'] },
        { id: '1B', depends: ['1A'] },
      ],
      undefined,
      /1A → 1B → 1A/,
    ],
    ['an unknown milestone in the selection', [{ id: '1A' }], { stages: [], milestones: ['1B'] }, /no milestone 1B/],
    ['a stage without milestones in the selection', [{ id: '1A' }], { stages: [7], milestones: [] }, /stage 7/],
    [
      'a dependency outside of the selection',
      [{ id: '1A' }, { id: '2A', depends: ['1A'] }],
      { stages: [2], milestones: [] },
      /neither merged nor part of this run/,
    ],
  ]
  it.each(refusals)('refuses %s', (_, milestones, selection, message) => {
    const made = plan(milestones, selection)
    expect(made.ok).toBe(false)
    expect(!made.ok && made.error.map((p) => p.message).join('\n')).toMatch(message)
  })

  it('reports everything that is wrong at once', () => {
    const made = plan([
      { id: '1A', depends: ['9Z', '1B'] },
      { id: '1B', depends: ['1A'] },
      { id: '1C', depends: ['8Z'] },
    ])
    expect(!made.ok && made.error).toHaveLength(3)
  })

  it('stands a chain of ten thousand dependencies', () => {
    const chain = Array.from({ length: 10_000 }, (_, i) => ({ id: letters(i) }))
    const milestones = chain.map(({ id }, i) => aMilestone({ id, depends: i === 0 ? [] : [letters(i - 1)] }))
    expect(findCycles(milestones)).toEqual([])
    expect(orderTasks(milestones.slice(0, 500))[499]?.id).toBe(letters(499))
  })
})

function letters(n: number): string {
  let task = ''
  for (let rest = n + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) task = String.fromCharCode(65 + ((rest - 1) % 26)) + task
  return `1${task}`
}
