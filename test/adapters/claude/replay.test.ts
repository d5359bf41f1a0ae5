import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { classify } from '../../../src/adapters/claude/classify.js'
import { emptyLog, follow, type SessionLog, usageOf } from '../../../src/adapters/claude/session-log.js'
import { readLine } from '../../../src/adapters/claude/stream.js'
import type { SessionOutcome } from '../../../src/core/session.js'
import { driver, never, request } from '../../support/claude-driver.js'

const recordings = fileURLToPath(new URL('../../fixtures/claude-transcripts/', import.meta.url))
const standIn = fileURLToPath(new URL('../../support/recorded-claude.mjs', import.meta.url))

interface Recording {
  readonly name: string
  readonly exit: number | null
  readonly signal: string | null
}

const index = JSON.parse(readFileSync(join(recordings, 'index.json'), 'utf8')) as Recording[]

/** Each recorded run of the real program, and what it must be taken for. */
const expected: Readonly<Record<string, string>> = {
  'bad-cwd-settings-file': 'agent-misconfigured, never',
  'bad-flag': 'agent-misconfigured, never',
  'bad-settings': 'agent-misconfigured, never',
  bare: 'finished',
  'bash-timeout': 'finished',
  'bg-disabled': 'finished',
  'bg-left-running': 'finished',
  'deny-bypass-2.1.197': 'finished, 11 denied',
  'deny-bypass': 'finished, 15 denied',
  'empty-reply': 'finished',
  'err-400-credit-low-2.1.197': 'billing-refused, never',
  'err-400-credit-low': 'billing-refused, never',
  'err-400-invalid': 'agent-refused, fresh',
  'err-400-prompt-too-long-2.1.197': 'context-too-long, fresh',
  'err-400-prompt-too-long-later': 'context-too-long, fresh',
  'err-400-prompt-too-long': 'context-too-long, fresh',
  'err-401-apikey': 'login-refused, never',
  'err-401-oauth-2.1.197': 'login-refused, never',
  'err-401-oauth-expired': 'login-refused, never',
  'err-401-oauth': 'login-refused, never',
  'err-403-permission-2.1.197': 'login-refused, never',
  'err-403-permission': 'login-refused, never',
  'err-404-model-2.1.197': 'model-unknown, never',
  'err-404-model': 'model-unknown, never',
  'err-429-apikey-forever': 'limited until unknown, null',
  'err-429-apikey-long-retry-after-2.1.197': 'limited until unknown, null',
  'err-429-apikey-long-retry-after': 'limited until unknown, null',
  'err-429-apikey-once': 'finished',
  'err-500-forever': 'service-unavailable, resume',
  'err-500-maxretries0': 'service-unavailable, resume',
  'err-500-maxretries2': 'service-unavailable, resume',
  'err-529-forever': 'service-unavailable, resume',
  'err-529-once': 'finished',
  'err-connrefused-maxretries2': 'service-unavailable, resume',
  'fallback-model-429': 'limited until unknown, null',
  'fallback-model': 'finished',
  'fp-err-401-apikey': 'login-refused, never',
  'fp-err-401-oauth': 'login-refused, never',
  'fp-err-529-forever': 'service-unavailable, resume',
  'fp-hang-fb15': 'agent-crashed, resume',
  'fp-hang-oauth': 'service-unavailable, resume',
  'fp-hang': 'service-unavailable, resume',
  'fp-limit-5h-apikey': 'limited until unknown, null',
  'fp-limit-5h-oauth': 'limited until 2026-11-21T04:36:35.000Z, five_hour',
  'fp-limit-allowed-oauth': 'finished',
  'fp-stall-mid': 'finished',
  'fp-stream-cut-forever': 'finished',
  hooks: 'finished',
  'json-error': 'billing-refused, never',
  'json-success': 'finished',
  'limit-429-oauth-noheaders': 'service-unavailable, resume',
  'limit-5h-apikey-2.1.197': 'limited until unknown, null',
  'limit-5h-apikey': 'limited until unknown, null',
  'limit-5h-oauth': 'limited until 2026-11-21T04:58:23.000Z, five_hour',
  'limit-5h-watchdog-wait': 'finished',
  'limit-7d-oauth-2.1.197': 'limited until 2026-11-24T03:00:35.000Z, seven_day',
  'limit-7d-oauth': 'limited until 2026-11-24T02:58:25.000Z, seven_day',
  'limit-7d-opus-fallback': 'limited until 2026-11-22T04:03:59.000Z, seven_day_opus',
  'limit-allowed-oauth': 'finished',
  'limit-allowed-overage-rejected': 'finished',
  'limit-warning-oauth-2.1.197': 'finished',
  'limit-warning-oauth': 'finished',
  'max-budget': 'budget-reached, never',
  'max-turns-2-2.1.197': 'budget-reached, resume',
  'max-turns-2': 'budget-reached, resume',
  'no-auth': 'login-refused, never',
  'no-persist': 'finished',
  'no-prompt': 'agent-misconfigured, never',
  'no-verbose': 'agent-misconfigured, never',
  partial: 'finished',
  'perm-acceptEdits': 'finished, 2 denied',
  'perm-allowed-tools-outside': 'finished',
  'perm-denied-default': 'finished, 2 denied',
  'perm-dontAsk': 'finished, 1 denied',
  'raw-502-html': 'finished',
  'recommended-reviewer': 'finished with an answer, 1 denied',
  'recommended-worker': 'finished, 1 denied',
  'resume-1-killed': 'agent-crashed, resume',
  'resume-2-resumed': 'finished',
  'resume-3-same-id': 'agent-crashed, resume',
  'resume-4-fork': 'finished',
  'resume-4b-fork-named': 'finished',
  'resume-5-other-cwd': 'finished',
  'resume-5b-unrelated-cwd': 'finished',
  'resume-6-continue': 'finished',
  'resume-7-other-home': 'session-lost, fresh',
  'resume-8a-limit': 'limited until 2026-11-21T04:03:07.000Z, five_hour',
  'resume-8b-after-limit': 'finished',
  'resume-bad-format': 'agent-misconfigured, never',
  'resume-invalid-id': 'session-lost, fresh',
  'sandbox-acceptEdits': 'finished, 5 denied',
  'sandbox-bypass-managed-only': 'finished',
  'sandbox-bypass-net': 'finished',
  'sandbox-default-mode': 'finished, 5 denied',
  'sandbox-git': 'finished',
  'sandbox-no-bwrap': 'agent-misconfigured, never',
  'sandbox-on': 'finished, 1 denied',
  'schema-bad-schema': 'agent-misconfigured, never',
  'schema-invalid-forever': 'budget-reached, resume',
  'schema-invalid-then-ok': 'finished with an answer',
  'schema-ok-2.1.197': 'finished with an answer',
  'schema-ok-json': 'finished with an answer',
  'schema-ok': 'finished with an answer',
  'schema-text-only': 'finished',
  'session-id-bad': 'agent-misconfigured, never',
  'sig-hup-pid': 'agent-crashed, resume',
  'sig-int-api-wait-2.1.197': 'agent-without-result, resume',
  'sig-int-api-wait': 'agent-without-result, resume',
  'sig-int-mid-stream': 'agent-crashed, resume',
  'sig-int-pid-2.1.197': 'agent-crashed, resume',
  'sig-int-pid': 'agent-crashed, resume',
  'sig-int-retry-wait': 'agent-crashed, resume',
  'sig-kill-bg': 'agent-crashed, resume',
  'sig-kill-group-setsid': 'agent-crashed, resume',
  'sig-kill-group': 'agent-crashed, resume',
  'sig-kill-pid-2.1.197': 'agent-crashed, resume',
  'sig-kill-pid': 'agent-crashed, resume',
  'sig-term-api-wait': 'agent-crashed, resume',
  'sig-term-bg': 'agent-crashed, resume',
  'sig-term-group': 'agent-crashed, resume',
  'sig-term-pid-2.1.197': 'agent-crashed, resume',
  'sig-term-pid-nohup': 'agent-crashed, resume',
  'sig-term-pid-setsid': 'agent-crashed, resume',
  'sig-term-pid': 'agent-crashed, resume',
  'stall-hang-apitimeout20': 'service-unavailable, resume',
  'stall-hang-firstbyte15': 'agent-crashed, resume',
  'stall-hang': 'agent-crashed, resume',
  'stall-mid-byteidle15': 'finished',
  'stall-mid-idle20': 'finished',
  'stall-mid': 'finished',
  'startup-fail-root': 'agent-misconfigured, never',
  'stdin-stream': 'finished',
  'stream-cut-once': 'finished',
  'stream-cut-tool': 'finished',
  'stream-garbage': 'finished',
  'stream-reset-once': 'finished',
  'stream-sse-overloaded': 'finished',
  'subagent-foreground': 'finished',
  subagent: 'finished',
  'success-bypass-2.1.197': 'finished',
  'success-bypass': 'finished',
  'text-error': 'agent-misconfigured, never',
  'tool-fail': 'finished',
  'tool-progress-2.1.197': 'finished',
  'tool-progress': 'finished',
}

const summary = (outcome: SessionOutcome): string => {
  switch (outcome.kind) {
    case 'finished':
      return `finished${outcome.structured === undefined ? '' : ' with an answer'}${outcome.denials === 0 ? '' : `, ${outcome.denials} denied`}`
    case 'limited':
      return `limited until ${outcome.limit.resetsAt === null ? 'unknown' : new Date(outcome.limit.resetsAt).toISOString()}, ${outcome.limit.window}`
    case 'failed':
      return `${outcome.failure.reason}, ${outcome.again}`
    case 'stopped':
      return 'stopped'
  }
}

const textOf = (file: string): string => (existsSync(join(recordings, file)) ? readFileSync(join(recordings, file), 'utf8') : '')

function logOf(name: string): SessionLog {
  const lines = textOf(`${name}.jsonl`).split('\n')
  return lines.filter((line) => line !== '').reduce((log, line) => readLine(line).reduce(follow, log), emptyLog)
}

const circumstances = (log: SessionLog) => ({ session: 's', usage: usageOf(log, null), now: Date.UTC(2026, 10, 21, 3), localZone: 'UTC' })

test('every recorded run has an expectation', () => {
  expect(index.map((r) => r.name).sort()).toEqual(Object.keys(expected).sort())
})

describe('what a recorded run says is taken for what it was', () => {
  test.each(index)('$name', ({ name, exit, signal }) => {
    const log = logOf(name)
    const ending = { exitCode: exit, signal, stderrTail: textOf(`${name}.stderr.txt`) }
    expect(summary(classify(log, ending, circumstances(log)))).toBe(expected[name])
  })
})

/** One of each kind, through real processes. */
const throughTheDriver = [
  'success-bypass',
  'success-bypass-2.1.197',
  'recommended-worker',
  'recommended-reviewer',
  'bg-left-running',
  'stream-cut-tool',
  'empty-reply',
  'schema-text-only',
  'schema-invalid-forever',
  'max-turns-2',
  'max-budget',
  'limit-5h-oauth',
  'limit-7d-oauth-2.1.197',
  'limit-429-oauth-noheaders',
  'limit-5h-apikey',
  'err-529-forever',
  'err-400-credit-low',
  'err-403-permission',
  'err-404-model',
  'err-400-prompt-too-long',
  'err-400-invalid',
  'resume-invalid-id',
  'resume-3-same-id',
  'bad-flag',
  'sandbox-no-bwrap',
  'sig-int-api-wait',
  'sig-kill-pid',
  'sig-term-pid',
]

describe('the driver takes a program that says and does the same for the same', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'orch-replay-'))
  })
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  test.concurrent.each(throughTheDriver)('%s', async (name) => {
    const agent = driver({ runFolder: folder, agent: { command: standIn, env: { RECORDED: name } } })
    const asked = request(folder)
    const outcome = await agent.run(asked, () => undefined, never)
    expect(summary(outcome)).toBe(expected[name])
    // The transcript alone tells the same, to an orch that was killed before it could write the end down.
    const recalled = await agent.recall(asked.session, 'implement', 1)
    const wasCutOff = logOf(name).lastResult === null
    expect(recalled === null ? null : summary(recalled)).toBe(wasCutOff ? null : expected[name])
  })

  test('a login that is refused three times is not waited for', async () => {
    const agent = driver({ runFolder: folder, agent: { command: standIn, env: { RECORDED: 'err-401-apikey' } } })
    const outcome = await agent.run(request(folder), () => undefined, never)
    expect(summary(outcome)).toBe('login-refused, never')
  })
})
