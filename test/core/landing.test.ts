import { describe, expect, it } from 'vitest'
import { isAllThereIs, type Landing, undoneBy } from '../../src/core/landing.js'

const landing = (run: string, stage: number, span: string, at: string): Landing => {
  const [from = '', to = ''] = span.split('..')
  return { run, stage, from, to, at, milestones: [] }
}

const one = landing('r1', 1, 'a..b', '2026-01-01')
const two = landing('r1', 2, 'b..c', '2026-01-02')
/** A milestone was added to the first stage later. */
const late = landing('r2', 1, 'c..d', '2026-01-03')

describe('undoneBy', () => {
  it.each([
    ['the one that landed last, whichever its stage', null, [late]],
    ['everything of a stage and of later ones, the last first', 1, [late, two, one]],
    ['not what an earlier stage brought later', 2, [two]],
    ['nothing', 3, []],
  ])('is %s', (_, stage, expected) => {
    expect(undoneBy([two, late, one], stage)).toEqual(expected)
  })
})

describe('isAllThereIs', () => {
  it.each([
    ['the stages one on the other', [late, two], 'd', true],
    ['a commit on top', [late, two], 'e', false],
    ['something in between', [late, one], 'd', false],
  ])('%s: %j', (_, landings, tip, expected) => {
    expect(isAllThereIs(landings, tip)).toBe(expected)
  })
})
