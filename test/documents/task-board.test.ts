import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PlannedTask } from '../../src/core/plan.js'
import { reduce } from '../../src/core/run-fold.js'
import type { RunState } from '../../src/core/run-state.js'
import { noUsage } from '../../src/core/session.js'
import type { Work } from '../../src/core/work.js'
import { harmlessCell, harmlessLine } from '../../src/documents/harmless-markdown.js'
import { renderBoard } from '../../src/documents/task-board.js'
import { aCheckResult, aMilestone, aVerdict, someWork } from '../support/work.js'

const at = '2026-01-02T03:00:00.000Z'

const planned = (id: string): PlannedTask => ({ ...aMilestone({ id }), estimateMs: null })

function stateOf(run: string, works: readonly Work[]): RunState {
  const stages = [1, 2].map((stage) => ({
    stage,
    tasks: works.filter((w) => w.stage === stage && !w.id.startsWith('stage-')).map((w) => planned(w.id)),
  }))
  const state = reduce(null, {
    type: 'run-started',
    seq: 1,
    at,
    run,
    baseBranch: 'main',
    baseCommit: 'abcdef0123456789',
    stages,
    selection: { stages: [], milestones: [] },
    withoutReview: false,
    rehearsal: false,
  })
  return { ...state, work: { ...state.work, ...Object.fromEntries(works.map((w) => [w.id, w])) } }
}

const usage = { ...noUsage, costUsd: 0.125, inputTokens: 1200, outputTokens: 340, durationMs: 61_000 }

const merged = someWork({
  id: '1A',
  title: 'Parse | print',
  phase: 'merged',
  attempts: 2,
  rounds: 1,
  reviews: 2,
  mergeCommit: '1234567890abcdef',
  usage,
  startedAt: at,
  endedAt: '2026-01-02T04:01:05.000Z',
  checks: [aCheckResult({ command: 'npm test', durationMs: 1234 })],
  verdict: aVerdict({ criteria: [{ n: 2, met: true, evidence: 'The test `flag.test.ts` reads it', file: 'test/flag.test.ts', line: 12 }] }),
  milestone: aMilestone({
    id: '1A',
    criteria: [
      { n: 1, text: '`npm test`', command: 'npm test' },
      { n: 2, text: 'The help text names the flag', command: null },
    ],
  }),
})

const failed = someWork({
  id: '1B',
  title: 'Write',
  phase: 'failed',
  attempts: 4,
  rounds: 3,
  startedAt: at,
  usage,
  workspace: { branch: 'orch/r/1B', path: '/w', base: 'abcdef0123456789' },
  head: 'fedcba9876543210',
  checks: [aCheckResult({ command: 'make', passed: false, exitCode: 2, durationMs: 50 })],
  failure: { reason: 'checks-failed', commands: ['make'], rounds: 3 },
  verdict: aVerdict({ approved: false, criteria: [{ n: 2, met: false, evidence: 'No test shows it', file: null, line: null }] }),
  milestone: aMilestone({
    id: '1B',
    criteria: [
      { n: 1, text: '`make` passes', command: 'make' },
      { n: 2, text: 'It is written', command: null },
      { n: 3, text: '`other`', command: 'other' },
      { n: 4, text: 'It is read', command: null },
    ],
  }),
})

const whole = someWork({
  id: 'stage-1',
  title: 'Stage 1',
  phase: 'reviewed',
  attempts: 1,
  rounds: 1,
  reviews: 1,
  usage,
  verdict: aVerdict({ summary: 'They fit.' }),
})
const state = stateOf('20260102-a', [merged, failed, whole, someWork({ id: '2A', stage: 2, title: 'Later' })])

describe('TASKS.md', () => {
  test('of a run', async () => {
    await expect(renderBoard(null, state)).toMatchFileSnapshot('fixtures/board-new.md')
  })

  test('keeps what a person wrote and the parts of earlier runs', async () => {
    const earlier = renderBoard('# Our tasks\n\nNotes above.\n', stateOf('20260101-z', [someWork({ phase: 'merged' })]))
    await expect(renderBoard(`${earlier}\nNotes below.\n`, state)).toMatchFileSnapshot('fixtures/board-later.md')
  })

  test('says when nothing of it was real', () => {
    expect(renderBoard(null, { ...state, rehearsal: true })).toContain('This is a rehearsal: a stand-in worked in the place of the agent.')
    expect(renderBoard(null, state)).not.toContain('rehearsal')
  })

  test('is the same however often it is rendered', () => {
    const once = renderBoard('before\n', state)
    expect(renderBoard(once, state)).toBe(once)
    expect(renderBoard('before\n', structuredClone(state))).toBe(once)
  })

  test('shows a run once, as it is now, where it was', () => {
    const later = stateOf('20260103-b', [someWork({})])
    const both = renderBoard(renderBoard(null, state), later)
    const again = renderBoard(both, stateOf('20260102-a', [{ ...failed, phase: 'merged', failure: null }]))
    expect(again.match(/<!-- orch:run .* -->/g)).toEqual(['<!-- orch:run 20260103-b -->', '<!-- orch:run 20260102-a -->'])
    expect(again).not.toContain('Parse')
    expect(again).toContain('| 1B | Write | merged |')
  })

  test.each([
    ['no markers', 'text'],
    ['an empty file', ''],
    ['a beginning without end', 'a\n<!-- orch:begin -->\nprecious\n'],
    ['an end without beginning', 'a\n<!-- orch:end -->\nprecious\n'],
    ['the two the wrong way round', '<!-- orch:end -->\nprecious\n<!-- orch:begin -->\n'],
    ['markers within a line', 'see `<!-- orch:begin -->` and `<!-- orch:end -->`\n'],
  ])('with %s loses nothing, and has its section at the end from then on', (_, text) => {
    const once = renderBoard(text, state)
    expect(once.startsWith(text)).toBe(true)
    expect(once.match(/^## Run/gm)).toHaveLength(1)
    expect(renderBoard(once, state)).toBe(once)
  })

  test('with a beginning that is there twice loses nothing before the second one', () => {
    const text = 'a\n<!-- orch:begin -->\nprecious\n<!-- orch:begin -->\nold\n<!-- orch:end -->\nb\n'
    const once = renderBoard(text, state)
    expect(once.startsWith('a\n<!-- orch:begin -->\nprecious\n<!-- orch:begin -->\n')).toBe(true)
    expect(once.endsWith('\n<!-- orch:end -->\nb\n')).toBe(true)
    expect(renderBoard(once, state)).toBe(once)
  })

  test('keeps Windows line ends, inside and outside', () => {
    const once = renderBoard('# T\r\n\r\nmine\r\n', state)
    expect(once.startsWith('# T\r\n\r\nmine\r\n\r\n<!-- orch:begin -->\r\n')).toBe(true)
    expect(once.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
    expect(renderBoard(once, state)).toBe(once)
  })

  test('leaves everything outside the markers as it is, to the byte', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (before, after) => {
        fc.pre(!`${before}${after}`.includes('orch:'))
        const text = `${before}\n<!-- orch:begin -->\nold\n<!-- orch:end -->${after.startsWith('\n') ? after : `\n${after}`}`
        const rendered = renderBoard(text, state)
        const [from, to] = [text.indexOf('\nold'), text.indexOf('<!-- orch:end')]
        return rendered.startsWith(text.slice(0, from)) && rendered.endsWith(text.slice(to)) && renderBoard(rendered, state) === rendered
      }),
    ))
})

describe('text from agents', () => {
  const hostile = 'a | b\n<!-- orch:end -->\r\n## Run x <script>alert(1)</script> ![x](http://e.vil) \u202edesrever \u001b[31m'

  test('cannot break out of its place', () => {
    const judged = {
      ...merged,
      title: hostile,
      verdict: aVerdict({ criteria: [{ n: 2, met: true, evidence: hostile, file: hostile, line: 1 }] }),
    }
    const board = renderBoard(null, stateOf('r', [judged]))
    expect(board.match(/^<!-- .* -->$/gm)).toEqual(['<!-- orch:begin -->', '<!-- orch:run r -->', '<!-- orch:end -->'])
    expect(board.match(/^## /gm)).toHaveLength(1)
    expect(board).not.toMatch(/<script|\u202e|[^\P{Cc}\n]|!\[x\]\(h/u)
    expect(renderBoard(board, stateOf('r', [judged]))).toBe(board)
    const row = board.split('\n').find((line) => line.startsWith('| 1A'))
    expect(row?.match(/(?<!\\)\|/g)).toHaveLength(9)
  })

  test.each([
    ['a \\| b', 'a \\| b'],
    ['a < b && c', 'a < b && c'],
    ['x'.repeat(500), `${'x'.repeat(119)}…`],
  ])('%j is the cell %j', (text, cell) => expect(harmlessCell(text)).toBe(cell))

  test.each(['[1]: https://example.com/pixel.png', '[a\\]b]: <https://example.com/pixel.png>', '[^1]: more'])(
    '%j is no definition that an image elsewhere could load',
    (text) => expect(harmlessLine(text)).toMatch(/^\\\[/),
  )

  test('is one line without invisible characters, whatever it is', () =>
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[\p{Cc}\u2028\u202a-\u202e]|<!--/u.test(harmlessLine(text)))))
})
