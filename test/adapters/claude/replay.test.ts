import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { classify, type EndedByOrch } from '../../../src/adapters/claude/classify.js'
import { outcomeOf, type SessionEnd } from '../../../src/adapters/claude/session-end.js'
import { emptyLog, follow, type SessionLog, usageOf } from '../../../src/adapters/claude/session-log.js'
import { StreamReader } from '../../../src/adapters/claude/stream.js'
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
  'bad-cwd-settings-file': 'misconfigured: agent-misconfigured, never',
  'bad-flag': 'misconfigured: agent-misconfigured, never',
  'bad-settings': 'misconfigured: agent-misconfigured, never',
  bare: 'finished: finished',
  'bash-timeout': 'finished: finished',
  'bg-disabled': 'finished: finished',
  'bg-left-running': 'finished: finished',
  'deny-bypass-2.1.197': 'finished: finished, 11 denied',
  'deny-bypass': 'finished: finished, 15 denied',
  'empty-reply': 'finished: finished',
  'err-400-credit-low-2.1.197': 'billing: billing-refused, never',
  'err-400-credit-low': 'billing: billing-refused, never',
  'err-400-invalid': 'refused: agent-refused, fresh',
  'err-400-prompt-too-long-2.1.197': 'context-too-long: context-too-long, fresh',
  'err-400-prompt-too-long-later': 'context-too-long: context-too-long, fresh',
  'err-400-prompt-too-long': 'context-too-long: context-too-long, fresh',
  'err-401-apikey': 'authentication: login-refused, never',
  'err-401-oauth-2.1.197': 'authentication: login-refused, never',
  'err-401-oauth-expired': 'authentication: login-refused, never',
  'err-401-oauth': 'authentication: login-refused, never',
  'err-403-permission-2.1.197': 'authentication: login-refused, never',
  'err-403-permission': 'authentication: login-refused, never',
  'err-404-model-2.1.197': 'model-unknown: model-unknown, never',
  'err-404-model': 'model-unknown: model-unknown, never',
  'err-429-apikey-forever': 'limit: limited until unknown, null',
  'err-429-apikey-long-retry-after-2.1.197': 'limit: limited until unknown, null',
  'err-429-apikey-long-retry-after': 'limit: limited until unknown, null',
  'err-429-apikey-once': 'finished: finished',
  'err-500-forever': 'server-error: service-unavailable, resume',
  'err-500-maxretries0': 'server-error: service-unavailable, resume',
  'err-500-maxretries2': 'server-error: service-unavailable, resume',
  'err-529-forever': 'overloaded: service-unavailable, resume',
  'err-529-once': 'finished: finished',
  'err-connrefused-maxretries2': 'network: service-unavailable, resume',
  'fallback-model-429': 'limit: limited until unknown, null',
  'fallback-model': 'finished: finished',
  'fp-err-401-apikey': 'authentication: login-refused, never',
  'fp-err-401-oauth': 'authentication: login-refused, never',
  'fp-err-529-forever': 'overloaded: service-unavailable, resume',
  'fp-hang-fb15': 'killed: agent-crashed, resume',
  'fp-hang-oauth': 'network: service-unavailable, resume',
  'fp-hang': 'network: service-unavailable, resume',
  'fp-limit-5h-apikey': 'limit: limited until unknown, null',
  'fp-limit-5h-oauth': 'limit: limited until 2026-11-21T04:36:35.000Z, five_hour',
  'fp-limit-allowed-oauth': 'finished: finished',
  'fp-stall-mid': 'finished: finished',
  'fp-stream-cut-forever': 'finished: finished',
  hooks: 'finished: finished',
  'json-error': 'billing: billing-refused, never',
  'json-success': 'finished: finished',
  'limit-429-oauth-noheaders': 'overloaded: service-unavailable, resume',
  'limit-5h-apikey-2.1.197': 'limit: limited until unknown, null',
  'limit-5h-apikey': 'limit: limited until unknown, null',
  'limit-5h-oauth': 'limit: limited until 2026-11-21T04:58:23.000Z, five_hour',
  'limit-5h-watchdog-wait': 'finished: finished',
  'limit-7d-oauth-2.1.197': 'limit: limited until 2026-11-24T03:00:35.000Z, seven_day',
  'limit-7d-oauth': 'limit: limited until 2026-11-24T02:58:25.000Z, seven_day',
  'limit-7d-opus-fallback': 'limit: limited until 2026-11-22T04:03:59.000Z, seven_day_opus',
  'limit-allowed-oauth': 'finished: finished',
  'limit-allowed-overage-rejected': 'finished: finished',
  'limit-warning-oauth-2.1.197': 'finished: finished',
  'limit-warning-oauth': 'finished: finished',
  'max-budget': 'budget: budget-reached, never',
  'max-turns-2-2.1.197': 'budget: budget-reached, resume',
  'max-turns-2': 'budget: budget-reached, resume',
  'no-auth': 'authentication: login-refused, never',
  'no-persist': 'finished: finished',
  'no-prompt': 'misconfigured: agent-misconfigured, never',
  'no-verbose': 'misconfigured: agent-misconfigured, never',
  partial: 'finished: finished',
  'perm-acceptEdits': 'finished: finished, 2 denied',
  'perm-allowed-tools-outside': 'finished: finished',
  'perm-denied-default': 'permission-refused: finished, 2 denied',
  'perm-dontAsk': 'finished: finished, 1 denied',
  'raw-502-html': 'finished: finished',
  'recommended-reviewer': 'finished: finished with an answer, 1 denied',
  'recommended-worker': 'finished: finished, 1 denied',
  'resume-1-killed': 'killed: agent-crashed, resume',
  'resume-2-resumed': 'finished: finished',
  'resume-3-same-id': 'crashed: agent-crashed, resume',
  'resume-4-fork': 'finished: finished',
  'resume-4b-fork-named': 'finished: finished',
  'resume-5-other-cwd': 'finished: finished',
  'resume-5b-unrelated-cwd': 'finished: finished',
  'resume-6-continue': 'finished: finished',
  'resume-7-other-home': 'session-lost: session-lost, fresh',
  'resume-8a-limit': 'limit: limited until 2026-11-21T04:03:07.000Z, five_hour',
  'resume-8b-after-limit': 'finished: finished',
  'resume-bad-format': 'misconfigured: agent-misconfigured, never',
  'resume-invalid-id': 'session-lost: session-lost, fresh',
  'sandbox-acceptEdits': 'finished: finished, 5 denied',
  'sandbox-bypass-managed-only': 'finished: finished',
  'sandbox-bypass-net': 'finished: finished',
  'sandbox-default-mode': 'finished: finished, 5 denied',
  'sandbox-git': 'finished: finished',
  'sandbox-no-bwrap': 'misconfigured: agent-misconfigured, never',
  'sandbox-on': 'finished: finished, 1 denied',
  'schema-bad-schema': 'misconfigured: agent-misconfigured, never',
  'schema-invalid-forever': 'answer-missing: review-unreadable, fresh',
  'schema-invalid-then-ok': 'finished: finished with an answer',
  'schema-ok-2.1.197': 'finished: finished with an answer',
  'schema-ok-json': 'finished: finished with an answer',
  'schema-ok': 'finished: finished with an answer',
  'schema-text-only': 'finished: finished',
  'session-id-bad': 'misconfigured: agent-misconfigured, never',
  'sig-hup-pid': 'killed: agent-crashed, resume',
  'sig-int-api-wait-2.1.197': 'without-result: agent-without-result, resume',
  'sig-int-api-wait': 'without-result: agent-without-result, resume',
  'sig-int-mid-stream': 'crashed: agent-crashed, resume',
  'sig-int-pid-2.1.197': 'crashed: agent-crashed, resume',
  'sig-int-pid': 'crashed: agent-crashed, resume',
  'sig-int-retry-wait': 'crashed: agent-crashed, resume',
  'sig-kill-bg': 'killed: agent-crashed, resume',
  'sig-kill-group-setsid': 'killed: agent-crashed, resume',
  'sig-kill-group': 'killed: agent-crashed, resume',
  'sig-kill-pid-2.1.197': 'killed: agent-crashed, resume',
  'sig-kill-pid': 'killed: agent-crashed, resume',
  'sig-term-api-wait': 'killed: agent-crashed, resume',
  'sig-term-bg': 'killed: agent-crashed, resume',
  'sig-term-group': 'killed: agent-crashed, resume',
  'sig-term-pid-2.1.197': 'killed: agent-crashed, resume',
  'sig-term-pid-nohup': 'killed: agent-crashed, resume',
  'sig-term-pid-setsid': 'killed: agent-crashed, resume',
  'sig-term-pid': 'killed: agent-crashed, resume',
  'stall-hang-apitimeout20': 'network: service-unavailable, resume',
  'stall-hang-firstbyte15': 'killed: agent-crashed, resume',
  'stall-hang': 'killed: agent-crashed, resume',
  'stall-mid-byteidle15': 'finished: finished',
  'stall-mid-idle20': 'finished: finished',
  'stall-mid': 'finished: finished',
  'startup-fail-root': 'misconfigured: agent-misconfigured, never',
  'stdin-stream': 'finished: finished',
  'stream-cut-once': 'finished: finished',
  'stream-cut-tool': 'finished: finished',
  'stream-garbage': 'finished: finished',
  'stream-reset-once': 'finished: finished',
  'stream-sse-overloaded': 'finished: finished',
  'subagent-foreground': 'finished: finished',
  subagent: 'finished: finished',
  'success-bypass-2.1.197': 'finished: finished',
  'success-bypass': 'finished: finished',
  'text-error': 'without-result: agent-without-result, fresh',
  'tool-fail': 'finished: finished',
  'tool-progress-2.1.197': 'finished: finished',
  'tool-progress': 'finished: finished',
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

/** What the run makes of it. */
const outcomeExpected = (name: string): string => expected[name]?.replace(/^[a-z-]+: /, '') ?? ''

const textOf = (file: string): string => (existsSync(join(recordings, file)) ? readFileSync(join(recordings, file), 'utf8') : '')

function logOf(name: string): SessionLog {
  const lines = textOf(`${name}.jsonl`).split('\n')
  const reader = new StreamReader()
  return lines.filter((line) => line !== '').reduce((log, line) => reader.read(line).reduce(follow, log), emptyLog)
}

const circumstances = { session: 's', now: Date.UTC(2026, 10, 21, 3), localZone: 'UTC', idleMs: 1000, timeoutMs: 2000 }

function endOf(name: string, byOrch: EndedByOrch | null = null): SessionEnd {
  const recording = index.find((r) => r.name === name)
  if (recording === undefined) throw new Error(`no recording ${name}`)
  const { exit, signal } = recording
  return classify(logOf(name), { exitCode: exit, signal, stderrTail: textOf(`${name}.stderr.txt`), byOrch }, circumstances)
}

test('every recorded run has an expectation', () => {
  expect(index.map((r) => r.name).sort()).toEqual(Object.keys(expected).sort())
})

describe('what a recorded run says is taken for what it was', () => {
  test.each(index)('$name', ({ name }) => {
    const end = endOf(name)
    expect(`${end.kind}: ${summary(outcomeOf(end, usageOf(logOf(name), null), []))}`).toBe(expected[name])
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
    expect(summary(outcome)).toBe(outcomeExpected(name))
    // The transcript alone tells the same, to an orch that was killed before it could write the end down.
    const recalled = await agent.recall(asked.session, 'implement', asked.number)
    const wasCutOff = logOf(name).lastResult === null
    expect(recalled === null ? null : summary(recalled)).toBe(wasCutOff ? null : outcomeExpected(name))
  })

  test('a login that is refused three times is not waited for', async () => {
    const agent = driver({ runFolder: folder, agent: { command: standIn, env: { RECORDED: 'err-401-apikey' } } })
    const outcome = await agent.run(request(folder), () => undefined, never)
    expect(summary(outcome)).toBe('login-refused, never')
  })
})
