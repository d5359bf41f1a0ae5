import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { Rig } from '../../support/rig.js'
import { begin, play } from './stage.js'

describe('the stream', () => {
  test('begins with init, tells every tool and its result, and ends with the result', async () => {
    await using rig = Rig.create()
    const flags = ['--permission-mode', 'acceptEdits', '--tools', 'Bash,Edit', '--settings', '{}', '--unheard-of', 'value']
    const { lines, session, exitCode } = await play(rig, { script: 'implement:\n  - write: a.txt\n  - run: echo hi\n', flags })
    expect(exitCode).toBe(0)
    expect(lines.map((line) => [line.type, line.subtype].filter(Boolean).join('/'))).toEqual([
      'system/init',
      'rate_limit_event',
      'assistant',
      'user',
      'assistant',
      'user',
      'result/success',
    ])
    expect(new Set(lines.map((line) => line['session_id']))).toEqual(new Set([session]))
    expect(lines[0]).toMatchObject({
      cwd: rig.repo,
      model: 'understudy',
      permissionMode: 'acceptEdits',
      tools: ['Bash', 'Edit'],
      apiKeySource: 'none',
      claude_code_version: 'understudy',
    })
    expect(lines.at(-1)).toMatchObject({
      num_turns: 3,
      is_error: false,
      usage: { input_tokens: 2750 },
      modelUsage: { understudy: { inputTokens: 2750 } },
    })
  })

  test('costs the same each time, and a resumed conversation adds up', async () => {
    await using rig = Rig.create()
    const script = 'implement:\n  - run: echo hi\nremediate:\n  - run: echo hi\n'
    const first = await play(rig, { script })
    const second = await play(rig, { script, task: '1B' })
    expect(first.result?.['total_cost_usd']).toBe(second.result?.['total_cost_usd'])
    const more = await play(rig, { script, resume: first.session, step: 'remediate', attempt: 2 })
    expect(more.result?.['total_cost_usd']).toBeCloseTo(2 * Number(first.result?.['total_cost_usd']))
    expect(more.result?.['model_usage_since_last_result']).toEqual(first.result?.['modelUsage'])
  })

  test('a session id that was used is refused', async () => {
    await using rig = Rig.create()
    const { session } = await play(rig)
    const again = await play(rig, { session })
    expect(again).toMatchObject({ exitCode: 1, stdout: '', stderr: `Error: Session ID ${session} is already in use.\n` })
  })

  test('an unknown conversation cannot be resumed', async () => {
    await using rig = Rig.create()
    const resume = randomUUID()
    const { exitCode, lines, stderr } = await play(rig, { resume })
    const message = `No conversation found with session ID: ${resume}`
    expect([exitCode, stderr]).toEqual([1, `${message}\n`])
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ type: 'result', subtype: 'error_during_execution', is_error: true, errors: [message] })
  })

  test.each([
    ['no prompt', { prompt: ' \n' }, 'Error: Input must be provided'],
    ['an id that is no uuid', { session: 'mine' }, 'Error: Invalid session ID'],
    ['a schema that is no JSON', { flags: ['--json-schema', '{'] }, 'Error: --json-schema'],
  ])('%s is refused before anything is done', async (_, call, message) => {
    await using rig = Rig.create()
    const { exitCode, stdout, stderr } = await play(rig, call)
    expect([exitCode, stdout]).toEqual([1, ''])
    expect(stderr).toContain(message)
  })

  test('two sessions may not run under one id, even at the same instant', async () => {
    await using rig = Rig.create()
    const session = randomUUID()
    const ended = await Promise.all([1, 2, 3, 4].map(() => play(rig, { session })))
    expect(ended.map((end) => end.exitCode).sort()).toEqual([0, 1, 1, 1])
  })
})

describe('signals', () => {
  const script = 'implement:\n  - write: a.txt\n  - run: echo started > started.txt; sleep 60\n  - write: b.txt\n'
  const started = async (rig: Rig) => {
    const running = begin(rig, { script })
    await expect.poll(() => rig.has('started.txt'), { timeout: 20_000 }).toBe(true)
    return running
  }

  test('SIGINT ends it with a result that says so, and its command with it', async () => {
    await using rig = Rig.create()
    const running = await started(rig)
    running.kill('SIGINT')
    const { exitCode, stdout } = await running.ended
    expect(exitCode).toBe(0)
    expect(stdout).toContain('"subtype":"error_during_execution"')
    await expect.poll(() => rig.processes()).toEqual([])
  })

  test('SIGTERM ends it without a result', async () => {
    await using rig = Rig.create()
    const running = await started(rig)
    running.kill('SIGTERM')
    const { exitCode, stdout } = await running.ended
    expect([exitCode, stdout.includes('"type":"result"')]).toEqual([143, false])
    await expect.poll(() => rig.processes()).toEqual([])
  })

  test('killed at any instant, the conversation can be resumed and goes on', async () => {
    await using rig = Rig.create()
    const running = await started(rig)
    running.kill('SIGKILL')
    await running.ended
    const { result } = await play(rig, { resume: running.session, script: script.replace('sleep 60', 'true') })
    expect(result?.is_error).toBe(false)
    expect(rig.has('b.txt')).toBe(true)
  })

  test('a listener that went away ends it at once', async () => {
    await using rig = Rig.create()
    const running = begin(rig, { script: 'implement:\n  - wait: 60s\n' })
    await running.waitFor(/tool_use/)
    running.stopListening()
    const { exitCode, stdout } = await running.ended
    expect(exitCode).not.toBeNull()
    expect(stdout).not.toContain('"type":"result"')
  })
})
