import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ClaudeSetup } from '../../../src/adapters/claude/agent.js'
import { findMarked } from '../../../src/adapters/processes/survivors.js'
import type { Config } from '../../../src/core/config.js'
import type { SessionOutcome } from '../../../src/core/session.js'
import type { Agent, SessionProgress, SessionRequest } from '../../../src/engine/ports/agent.js'
import { driver, never, request } from '../../support/claude-driver.js'
import { until } from '../../support/until.js'

const standIn = fileURLToPath(new URL('../../support/scripted-claude.mjs', import.meta.url))

type Step = Readonly<Record<string, unknown>>
const init: Step = { say: { type: 'system', subtype: 'init', apiKeySource: 'none' } }
const success: Step = { say: { type: 'result', subtype: 'success', is_error: false, result: 'done', num_turns: 1, total_cost_usd: 0.5 } }
const usesTool: Step = {
  say: { type: 'assistant', message: { content: [{ type: 'tool_use', name: 'Bash', input: { command: 'npm test' } }] } },
}

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orch-agent-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

interface Play {
  readonly agent?: Partial<Config['agent']>
  readonly setup?: Partial<ClaudeSetup>
  readonly inheritedEnv?: Record<string, string>
}

const playing = (script: readonly Step[], { agent = {}, setup = {}, inheritedEnv = {} }: Play = {}): Agent =>
  driver({
    runFolder: folder,
    agent: { command: standIn, ...agent, env: { SCRIPT: JSON.stringify(script), ...agent.env } },
    inheritedEnv: { PATH: process.env['PATH'] ?? '', ...inheritedEnv },
    setup,
  })

interface Played {
  readonly outcome: SessionOutcome
  readonly asked: SessionRequest
  readonly heard: readonly SessionProgress[]
  readonly transcript: string
}

async function play(script: readonly Step[], rest: Partial<SessionRequest> = {}, how: Play & { stop?: AbortSignal } = {}): Promise<Played> {
  const asked = request(folder, rest)
  const heard: SessionProgress[] = []
  const outcome = await playing(script, how).run(asked, (p) => heard.push(p), how.stop ?? never)
  expect(await findMarked([asked.session])).toEqual([])
  return { outcome, asked, heard, transcript: await transcriptOf(asked) }
}

const transcriptOf = (asked: SessionRequest): Promise<string> =>
  readFile(join(folder, 'sessions', `${asked.session}-${asked.step}.jsonl`), 'utf8').catch(() => '')

/** Milliseconds in which the program says its first word, on a busy machine too. */
const longerThanAStart = 4000

describe('watchdogs', () => {
  test('a silent session is ended and can be continued', async () => {
    const { outcome } = await play([init, { hang: true }], { idleMs: longerThanAStart })
    expect(outcome).toMatchObject({ kind: 'failed', failure: { reason: 'agent-silent', silentMs: longerThanAStart }, again: 'resume' })
  })

  test('one that never began a conversation is begun anew', async () => {
    const { outcome } = await play([{ hang: true }], { idleMs: 300 })
    expect(outcome).toMatchObject({ failure: { reason: 'agent-silent' }, again: 'fresh' })
  })

  const timeoutMs = longerThanAStart + 1000

  test('a tool that runs for long is a sign of life, but not for ever', async () => {
    const { outcome } = await play([init, { repeat: { type: 'tool_progress' }, everyMs: 50 }], { idleMs: longerThanAStart, timeoutMs })
    expect(outcome).toMatchObject({ kind: 'failed', failure: { reason: 'agent-timed-out', limitMs: timeoutMs }, again: 'resume' })
  })

  const running: Step = {
    say: { type: 'assistant', message: { content: [{ type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'npm test' } }] } },
  }
  const ended: Step = { say: { type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 't1', content: 'ok' }] } } }

  test('a tool that runs has a clock of its own, and what hung is named', async () => {
    const { outcome } = await play([init, running, { hang: true }], { idleMs: 10 ** 9, toolIdleMs: 300 })
    expect(outcome).toMatchObject({ failure: { reason: 'agent-silent', silentMs: 300, tool: 'Bash npm test' }, again: 'resume' })
  })

  test('once the tool has ended, the clock is the usual one', async () => {
    const { outcome } = await play([init, running, ended, { hang: true }], { idleMs: 300, toolIdleMs: 10 ** 9 })
    expect(outcome).toMatchObject({ failure: { reason: 'agent-silent', silentMs: 300, tool: null } })
  })

  test('a program that does not go after its result is ended, and the result counts', async () => {
    const { outcome } = await play([init, success, { run: 'exec sleep 1000' }, { hang: true }], {}, { setup: { killGraceMs: 200 } })
    expect(outcome).toMatchObject({ kind: 'finished', text: 'done', usage: { costUsd: 0.5 } })
  })

  test('limits beyond what a timer can hold do not fire at once', async () => {
    const { outcome } = await play([init, success], { idleMs: 10 ** 12, timeoutMs: 10 ** 12 })
    expect(outcome).toMatchObject({ kind: 'finished' })
  })
})

describe('stopping', () => {
  test('a session that is told to stop is stopped, with all that it started', async () => {
    const stop = new AbortController()
    const asked = request(folder)
    const running = playing([init, { run: 'exec sleep 1000' }, { write: 'stop-me' }, { hang: true }]).run(
      asked,
      () => undefined,
      stop.signal,
    )
    await until(() => isThere('stop-me'))
    stop.abort()
    expect(await running).toMatchObject({ kind: 'stopped' })
    expect(await findMarked([asked.session])).toEqual([])
  })

  test('what was finished before the stop counts as finished', async () => {
    const stop = new AbortController()
    const running = playing([init, success, { write: 'late' }, { hang: true }]).run(request(folder), () => undefined, stop.signal)
    await until(() => isThere('late'))
    stop.abort()
    expect(await running).toMatchObject({ kind: 'finished' })
  })

  test('after a stop nothing is started', async () => {
    const { outcome, transcript } = await play([init, success], {}, { stop: AbortSignal.abort() })
    expect(outcome).toMatchObject({ kind: 'stopped' })
    expect(transcript).toBe('')
  })

  const isThere = (name: string): Promise<boolean> =>
    readFile(join(folder, name)).then(
      () => true,
      () => false,
    )
})

describe('early ends', () => {
  test('paid extra usage is a limit at once', async () => {
    const info = {
      status: 'allowed_warning',
      overageInUse: true,
      unifiedWindows: { seven_day: { status: 'rejected', resetsAt: 1795489105 } },
    }
    const { outcome } = await play([init, { say: { type: 'rate_limit_event', rate_limit_info: info } }, { hang: true }])
    expect(outcome).toMatchObject({ kind: 'limited', limit: { resetsAt: 1_795_489_105_000, window: 'seven_day' } })
  })

  test('other permissions than demanded fail closed', async () => {
    const init = { say: { type: 'system', subtype: 'init', permissionMode: 'bypassPermissions' } }
    const how: Play = { agent: { sandbox: 'required' }, setup: { sandboxSupport: () => Promise.resolve({ works: true }) } }
    const { outcome } = await play([init, success], {}, how)
    expect(outcome).toMatchObject({ kind: 'failed', failure: { reason: 'agent-misconfigured' }, again: 'never' })
  })

  test('a required sandbox that cannot be had starts nothing', async () => {
    const why = 'bwrap is not installed'
    const how: Play = { agent: { sandbox: 'required' }, setup: { sandboxSupport: () => Promise.resolve({ works: false, why }) } }
    const { outcome, transcript } = await play([init, success], {}, how)
    expect(outcome).toMatchObject({
      failure: { reason: 'agent-misconfigured', detail: `agent.sandbox is "required", but ${why}` },
      again: 'never',
    })
    expect(transcript).toBe('')
  })

  test('a program that is not there is told by the name that the config has', async () => {
    const { outcome } = await play([], {}, { agent: { command: 'no-such-agent' } })
    expect(outcome).toMatchObject({ failure: { reason: 'agent-missing', command: 'no-such-agent' }, again: 'never' })
  })

  test('a worktree that is gone is no fault of the program', async () => {
    const { outcome } = await play([], { cwd: join(folder, 'gone') })
    expect(outcome).toMatchObject({ failure: { reason: 'internal' } })
  })
})

describe('what is written', () => {
  test('signs of life are told with what is being done', async () => {
    const { heard } = await play([init, usesTool, success])
    // What the machine hands over at once is told at once.
    expect(heard[0]).toMatchObject({ doing: 'Bash npm test', answered: true })
    expect(heard.at(-1)).toMatchObject({ used: { costUsd: 0.5 } })
  })

  test('secrets reach neither the transcript nor the outcome', async () => {
    const key = 'sk-ant-very-secret'
    const script = [init, { echo: 'ANTHROPIC_API_KEY' }, { complain: `bad key ${key}` }, { exit: 5 }]
    const { outcome, transcript } = await play(script, {}, { inheritedEnv: { ANTHROPIC_API_KEY: key } })
    expect(transcript).toContain('"value":"***"')
    expect(transcript + JSON.stringify(outcome)).not.toContain(key)
  })

  test('pieces of answers are not kept, as the answers follow whole', async () => {
    const piece = { say: { type: 'stream_event', event: { type: 'content_block_delta', delta: { text: 'piece' } } } }
    const { transcript } = await play([init, piece, success])
    expect(transcript).not.toContain('piece')
    expect(transcript).toContain('"result":"done"')
  })

  test('rubbish between events does no harm', async () => {
    const { outcome } = await play([{ print: 'npm WARN something\n\n{"type":\n' }, init, { print: '\u001b[31mred\n' }, success])
    expect(outcome).toMatchObject({ kind: 'finished' })
  })

  test('a result without a line end counts', async () => {
    const { outcome } = await play([init, { print: JSON.stringify(success['say']) }])
    expect(outcome).toMatchObject({ kind: 'finished' })
  })
})

describe('what a transcript tells later', () => {
  test('nothing of a session that never was', async () => {
    expect(await playing([]).recall(crypto.randomUUID(), 'implement', 1)).toBeNull()
    expect(await playing([]).knows(crypto.randomUUID())).toBe(false)
  })

  test('of several invocations the last one decides', async () => {
    const { asked } = await play([init, success])
    const again = { ...asked, resumes: true }
    expect(await playing([]).recall(asked.session, 'implement', asked.number)).toMatchObject({ kind: 'finished' })
    await playing([init, usesTool]).run(again, () => undefined, never)
    expect(await playing([]).recall(asked.session, 'implement', asked.number)).toBeNull()
    const failure = { say: { type: 'result', subtype: 'error_max_turns', is_error: true, errors: ['Reached maximum number of turns (2)'] } }
    await playing([init, failure]).run(again, () => undefined, never)
    expect(await playing([]).recall(asked.session, 'implement', asked.number)).toMatchObject({
      kind: 'failed',
      failure: { reason: 'budget-reached' },
    })
    expect(await playing([]).recall(asked.session, 'review', asked.number)).toBeNull()
    expect(await playing([]).knows(asked.session)).toBe(true)
  })

  test('the end of one attempt is not that of the next in the same conversation', async () => {
    const { asked } = await play([init, success])
    expect(await playing([]).recall(asked.session, 'implement', 2)).toBeNull()
    await playing([init, success]).run({ ...asked, number: 2, resumes: true }, () => undefined, never)
    expect(await playing([]).recall(asked.session, 'implement', 2)).toMatchObject({ kind: 'finished' })
  })

  test('a session that was interrupted has not reached its end', async () => {
    const aborted = { say: { type: 'result', subtype: 'error_during_execution', is_error: true, terminal_reason: 'aborted_tools' } }
    const { asked } = await play([init, aborted])
    expect(await playing([]).recall(asked.session, 'implement', asked.number)).toBeNull()
  })

  test('a program that only failed to start left no conversation', async () => {
    const { asked, outcome } = await play([{ complain: "error: unknown option '--x'" }, { exit: 1 }])
    expect(outcome).toMatchObject({ failure: { reason: 'agent-misconfigured', detail: "error: unknown option '--x'" } })
    expect(await playing([]).knows(asked.session)).toBe(false)
  })

  test.each([
    {
      says: 'line separators of Unicode in an answer',
      end: JSON.stringify({ ...(success['say'] as object), result: 'a\u2028b\u2029c\u2028d' }),
    },
    { says: 'carriage returns between the parts of an object', end: JSON.stringify(success['say']).replaceAll(',', ',\r') },
  ])('an end is found again that holds $says', async ({ end }) => {
    const { asked, outcome } = await play([init, { print: `${end}\n` }])
    expect(outcome).toMatchObject({ kind: 'finished' })
    expect(await playing([]).recall(asked.session, 'implement', asked.number)).toMatchObject({ kind: 'finished' })
  })

  test("a program that speaks in orch's name is not believed", async () => {
    const forged = { say: { type: 'orch_invocation' } }
    const { asked } = await play([init, success, forged])
    expect(await playing([]).recall(asked.session, 'implement', asked.number)).toMatchObject({ kind: 'finished' })
  })
})
