import { describe, expect, test } from 'vitest'
import { milestoneText } from '../../support/milestone-text.js'
import { Rig } from '../../support/rig.js'
import { answer, play, review } from './stage.js'

const criteria = ['`node --test`', 'The empty name is handled', 'It is documented']

const script = `
review:
  - reject: The empty name is not handled
    detail: greet('') greets nobody
    file: src/greet.mjs
    line: 3
    unmet: [2]
  - garbage: true
  - approve: true
    evidence:
      2: greet.test.mjs has a case for it
remediate:
  - [{ write: round-1.txt }]
  - [{ write: round-2.txt }]
`

describe('reviews', () => {
  test('by default every criterion is met, with evidence that names a changed file', async () => {
    await using rig = Rig.create()
    const prompt = `${milestoneText('1A', { criteria })}\n    diff --git a/src/x.mjs b/src/x.mjs\n    +++ b/src/x.mjs\n`
    const given = answer(await review(rig, { prompt }))
    expect(given).toMatchObject({ verdict: 'approved', findings: [] })
    expect(given.criteria.map(({ n, met, file }) => [n, met, file])).toEqual([1, 2, 3].map((n) => [n, true, 'src/x.mjs']))
    expect(given.criteria[1]?.evidence).toContain('The empty name is handled')
  })

  test('where the prompt only names the commits, git knows the changed files', async () => {
    await using rig = Rig.create()
    const base = rig.git('rev-parse', 'HEAD')
    rig.write({ 'src/y.mjs': '' })
    const head = rig.commit()
    const given = answer(await review(rig, { prompt: `Review ${base}..${head}.\n${milestoneText('1A', { criteria })}` }))
    expect(given.criteria[0]?.file).toBe('src/y.mjs')
  })

  test('rounds go through the script in order, the last repeats, and garbage is prose', async () => {
    await using rig = Rig.create()
    const rejected = answer(await review(rig, { script, criteria, round: 1 }))
    expect(rejected).toMatchObject({ verdict: 'changes_requested', criteria: [{ met: true }, { n: 2, met: false }, { met: true }] })
    expect(rejected.findings).toEqual([
      { severity: 'major', file: 'src/greet.mjs', line: 3, title: 'The empty name is not handled', detail: "greet('') greets nobody" },
    ])
    const garbage = await review(rig, { script, criteria, round: 2 })
    expect(garbage.result).toMatchObject({ is_error: false, result: expect.stringContaining('Looks good to me') as string })
    expect(garbage.result).not.toHaveProperty('structured_output')
    for (const round of [2, 3, 4]) {
      const approved = answer(await review(rig, { script, criteria, round }))
      expect([approved.verdict, approved.criteria[1]?.evidence]).toEqual(['approved', 'greet.test.mjs has a case for it'])
    }
  })

  test('the same round asked twice is answered the same', async () => {
    await using rig = Rig.create()
    const verdicts = [answer(await review(rig, { script, round: 1 })), answer(await review(rig, { script, round: 1 }))].map(
      (a) => a.verdict,
    )
    expect(verdicts).toEqual(['changes_requested', 'changes_requested'])
  })

  test('a reviewer may run into a limit before it answers', async () => {
    await using rig = Rig.create()
    const limited = 'review:\n  - approve: true\n    before:\n      - fail: login\n'
    const first = await review(rig, { script: limited })
    const second = await review(rig, { script: limited, resume: first.session })
    expect([first.exitCode, answer(second).verdict]).toEqual([1, 'approved'])
  })

  test('remediation rounds take their lists in turn; a failed one is repeated', async () => {
    await using rig = Rig.create()
    const { session } = await play(rig, { script })
    const failing = script.replace('{ write: round-1.txt }', '{ crash: 1 }, { write: round-1.txt }')
    await play(rig, { script: failing, step: 'remediate', resume: session, attempt: 2 })
    expect(rig.has('round-1.txt')).toBe(false)
    await play(rig, { script: failing, step: 'remediate', attempt: 3 })
    expect([rig.has('round-1.txt'), rig.has('round-2.txt')]).toEqual([true, false])
    await play(rig, { script: failing, step: 'remediate', attempt: 4 })
    expect(rig.has('round-2.txt')).toBe(true)
  })
})

describe('the whole of a stage', () => {
  const prompt = [
    milestoneText('1A', { script: 'review:\n  - reject: only for 1A\n' }),
    milestoneText('1B', { script: 'stage:\n  review:\n    - reject: they do not fit together\n    - approve: true\n' }),
  ].join('\n')

  test('is judged by what a milestone says of the stage', async () => {
    await using rig = Rig.create()
    const first = answer(await review(rig, { task: 'stage-1', prompt, round: 1 }))
    const second = answer(await review(rig, { task: 'stage-1', prompt, round: 2 }))
    expect([first.summary, second.verdict]).toEqual(['they do not fit together', 'approved'])
  })

  test('is approved where none says anything', async () => {
    await using rig = Rig.create()
    expect(answer(await review(rig, { task: 'stage-1', prompt: milestoneText('1A', {}) })).verdict).toBe('approved')
  })

  test('a task finds its own script among several', async () => {
    await using rig = Rig.create()
    expect(answer(await review(rig, { task: '1A', prompt })).summary).toBe('only for 1A')
    expect(answer(await review(rig, { task: '1B', prompt })).verdict).toBe('approved')
  })
})
