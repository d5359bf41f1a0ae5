import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Rig } from '../../support/rig.js'
import { begin, play } from './stage.js'

describe('what happens once happens once per task, whichever session comes next', () => {
  const after = '  - write: after.txt\n'

  test('a limit names its reset, and after it the conversation goes on with the next action', async () => {
    await using rig = Rig.create()
    const script = `implement:\n  - run: echo x >> count.txt\n  - limit: { resetsIn: 1s, window: seven_day }\n${after}`
    const { exitCode, lines, result, session } = await play(rig, { script })
    expect(exitCode).toBe(1)
    const limit = lines.findLast((line) => line.type === 'rate_limit_event')?.['rate_limit_info'] as { resetsAt: number }
    expect(limit).toMatchObject({ status: 'rejected', rateLimitType: 'seven_day' })
    expect(limit.resetsAt * 1000).toBeGreaterThan(Date.now() - 30_000)
    expect(result).toMatchObject({ subtype: 'success', is_error: true, api_error_status: 429, api_error: 'usage_limit_reached' })
    expect(rig.has('after.txt')).toBe(false)
    await expect.poll(() => Date.now(), { timeout: 5000 }).toBeGreaterThan(limit.resetsAt * 1000)
    const resumed = await play(rig, { resume: session, script })
    expect(resumed.result?.is_error).toBe(false)
    expect([rig.has('after.txt'), rig.read('count.txt')]).toEqual([true, 'x\n'])
  })

  test('until it resets, every session of the run meets the limit, and those of other runs do not', async () => {
    await using rig = Rig.create()
    const first = await play(rig, { script: 'implement:\n  - limit: 1h\n' })
    const sibling = await play(rig, { task: '1B' })
    const resumed = await play(rig, { resume: first.session })
    const stranger = await play(rig, { task: '1B', env: { ORCH_RUN: 'run-2' } })
    expect([first, sibling, resumed, stranger].map((end) => end.result?.['api_error_status'])).toEqual([429, 429, 429, null])
  })

  const ends: readonly { what: string; action: string; exitCode: number | null; result: object | undefined }[] = [
    { what: 'overloaded', action: 'overloaded: once', exitCode: 1, result: { is_error: true, api_error_status: 529 } },
    { what: 'a refused login', action: 'fail: login', exitCode: 1, result: { is_error: true, api_error_status: 401 } },
    {
      what: 'a prompt that is too long',
      action: 'fail: too-long',
      exitCode: 1,
      result: { is_error: true, terminal_reason: 'prompt_too_long' },
    },
    { what: 'too many turns', action: 'fail: turns', exitCode: 1, result: { is_error: true, subtype: 'error_max_turns' } },
    { what: 'a crash by exit code', action: 'crash: 7', exitCode: 7, result: undefined },
    { what: 'a crash by signal', action: 'crash: SIGKILL', exitCode: null, result: undefined },
    { what: 'an end without a result', action: 'no-result: true\n    once: true', exitCode: 0, result: undefined },
    { what: 'an empty success', action: 'say-done: true\n    once: true', exitCode: 0, result: { is_error: false, result: 'All done!' } },
  ]
  test.each(ends)('$what', async ({ action, exitCode, result }) => {
    await using rig = Rig.create()
    const script = `implement:\n  - ${action}\n${after}`
    const first = await play(rig, { script })
    expect(first.exitCode).toBe(exitCode)
    if (result === undefined) expect(first.result).toBeUndefined()
    else expect(first.result).toMatchObject(result)
    expect(rig.has('after.txt')).toBe(false)
    // The next attempt is a new conversation of the same task.
    const second = await play(rig, { script, attempt: 2 })
    expect([second.exitCode, second.result?.is_error, rig.has('after.txt')]).toEqual([0, false, true])
  })

  test.each(['crash: 7\n    repeat: true', 'overloaded: true\n    repeat: true', 'no-result: true', 'say-done: true'])(
    '%s: each time',
    async (action) => {
      await using rig = Rig.create()
      const script = `implement:\n  - ${action}\n${after}`
      const first = await play(rig, { script })
      const second = await play(rig, { script, attempt: 2 })
      const third = await play(rig, { script, attempt: 3, resume: second.session })
      expect([second.exitCode, third.exitCode, rig.has('after.txt')]).toEqual([first.exitCode, first.exitCode, false])
    },
  )

  test('hanging, it says nothing more until it is ended', async () => {
    await using rig = Rig.create()
    const script = `implement:\n  - say: here\n  - hang: true\n${after}`
    const running = begin(rig, { script })
    await running.waitFor(/"text":"here"/)
    await expect.poll(() => readFileSync(join(rig.root, 'understudy', 'tasks', 'run-1', '1A.json'), 'utf8')).toContain('implement[1]')
    running.kill('SIGTERM')
    expect((await running.ended).exitCode).toBe(143)
    const resumed = await play(rig, { script, resume: running.session })
    expect([resumed.exitCode, rig.has('after.txt')]).toEqual([0, true])
  })
})
