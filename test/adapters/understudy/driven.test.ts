import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { understudyProgram } from '../../../src/adapters/files/package-files.js'
import type { SessionRequest } from '../../../src/engine/ports/agent.js'
import { driver, never, request } from '../../support/claude-driver.js'
import { milestoneText } from '../../support/milestone-text.js'
import { Rig } from '../../support/rig.js'

/** The driver of Claude Code with a stand-in in the place of the program. */
function drive(rig: Rig, command: string) {
  const agent = driver({ runFolder: join(rig.root, 'run'), agent: { command }, inheritedEnv: rig.env })
  return (script: string, rest: Partial<SessionRequest> = {}) =>
    agent.run(request(rig.repo, { prompt: milestoneText('1A', { script }), ...rest }), () => undefined, never)
}

describe("Claude Code's own driver understands the understudy", () => {
  test('an implementation is finished work with its costs', async () => {
    await using rig = Rig.create()
    const outcome = await drive(rig, understudyProgram)('implement:\n  - write: a.txt\n')
    expect(outcome).toMatchObject({ kind: 'finished', usage: { inputTokens: 1200, toolUses: 1 }, denials: 0 })
    expect(outcome.usage.costUsd).toBeGreaterThan(0)
    expect(rig.has('a.txt')).toBe(true)
  })

  test('a review answers by the schema', async () => {
    await using rig = Rig.create()
    const outcome = await drive(rig, understudyProgram)('review:\n  - reject: not yet\n', {
      step: 'review',
      answerSchema: { type: 'object' },
    })
    expect(outcome).toMatchObject({ kind: 'finished', structured: { verdict: 'changes_requested', findings: [{ title: 'not yet' }] } })
  })

  const ends: readonly [string, string, object][] = [
    [
      'a limit',
      'limit: { resetsIn: 1h, window: seven_day }',
      { kind: 'limited', limit: { window: 'seven_day', resetsAt: expect.any(Number) } },
    ],
    ['a throttle', 'limit: { resetsIn: null }', { kind: 'failed', failure: { reason: 'service-unavailable' }, again: 'resume' }],
    ['overloaded', 'overloaded: once', { kind: 'failed', failure: { reason: 'service-unavailable' }, again: 'resume' }],
    ['a refused login', 'fail: login', { kind: 'failed', failure: { reason: 'login-refused' } }],
    ['no credit', 'fail: billing', { kind: 'failed', failure: { reason: 'billing-refused' } }],
    ['an unknown model', 'fail: model', { kind: 'failed', failure: { reason: 'model-unknown' } }],
    ['too long a prompt', 'fail: too-long', { kind: 'failed', failure: { reason: 'context-too-long' } }],
    ['too many turns', 'fail: turns', { kind: 'failed', failure: { reason: 'budget-reached' }, again: 'resume' }],
    ['too much money', 'fail: budget', { kind: 'failed', failure: { reason: 'budget-reached' }, again: 'never' }],
    ['a crash', 'crash: SIGKILL', { kind: 'failed', failure: { reason: 'agent-crashed' }, again: 'resume' }],
    ['no result', 'no-result: true', { kind: 'failed', failure: { reason: 'agent-without-result' }, again: 'resume' }],
    ['a script with a mistake', 'wrte: a.txt', { kind: 'failed', failure: { reason: 'agent-misconfigured' }, again: 'never' }],
    ['an empty success', 'say-done: true', { kind: 'finished', text: 'All done!' }],
  ]
  test.each(ends)('%s', async (_, action, outcome) => {
    await using rig = Rig.create()
    expect(await drive(rig, understudyProgram)(`implement:\n  - ${action}\n`)).toMatchObject(outcome)
  })

  test('a silent one is ended and can be resumed', async () => {
    await using rig = Rig.create()
    const run = drive(rig, understudyProgram)
    const session = crypto.randomUUID()
    const script = 'implement:\n  - hang: true\n  - write: a.txt\n'
    expect(await run(script, { session, idleMs: 5000 })).toMatchObject({
      kind: 'failed',
      failure: { reason: 'agent-silent' },
      again: 'resume',
    })
    expect(await run(script, { session, resumes: true })).toMatchObject({ kind: 'finished' })
    expect(rig.has('a.txt')).toBe(true)
  })
})

describe('it understands the puppet of the tests as well', () => {
  test('which does what a test says', async () => {
    await using rig = Rig.create()
    const run = drive(
      rig,
      rig.puppet("if (scene.step === 'review') return scene.review({ verdict: 'changes_requested' })\nscene.write('a.txt', scene.task)"),
    )
    expect(await run('')).toMatchObject({ kind: 'finished', text: 'Done.' })
    expect(rig.read('a.txt')).toBe('1A')
    expect(await run('', { step: 'review', answerSchema: {} })).toMatchObject({
      kind: 'finished',
      structured: { verdict: 'changes_requested' },
    })
  })

  test('limits included', async () => {
    await using rig = Rig.create()
    const outcome = await drive(rig, rig.puppet('scene.limit(60_000)'))('')
    expect(outcome).toMatchObject({ kind: 'limited', limit: { window: 'five_hour', resetsAt: expect.any(Number) } })
  })
})
