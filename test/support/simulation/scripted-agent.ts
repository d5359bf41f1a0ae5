import { noUsage, type SessionOutcome, type Usage } from '../../../src/core/session.js'
import type { Agent, SessionProgress, SessionRequest } from '../../../src/engine/ports/agent.js'
import type { MemoryWorktree } from './memory-desks.js'
import type { VirtualClock } from './virtual-clock.js'

export const paid: Usage = { costUsd: 0.01, inputTokens: 10, outputTokens: 5, durationMs: 1000, turns: 1, toolUses: 1 }

/** What a scripted session does: it may edit `files`, may say that the model has answered it, and says how it ended. */
export type Act = (
  request: SessionRequest,
  files: Record<string, string>,
  clock: VirtualClock,
  answered?: () => void,
) => SessionOutcome | Promise<SessionOutcome>

export const finished = (structured?: unknown, text = 'done'): SessionOutcome & { kind: 'finished' } => ({
  kind: 'finished',
  usage: paid,
  text,
  structured,
  denials: 0,
})

export const approval = (criteria: readonly number[] = []): SessionOutcome =>
  finished({
    verdict: 'approved',
    summary: '',
    criteria: criteria.map((n) => ({ n, met: true, evidence: 'seen', file: null, line: null })),
    findings: [],
  })

export const refusal = (title: string): SessionOutcome =>
  finished({
    verdict: 'changes_requested',
    summary: '',
    criteria: [],
    findings: [{ severity: 'major', file: null, line: null, title, detail: '' }],
  })

/** Remembers every session, as the program's own store does, beyond the death of orch. */
export class ScriptedAgent implements Agent {
  readonly sessions: SessionRequest[] = []
  readonly #ended = new Map<string, SessionOutcome>()
  readonly #known = new Set<string>()

  constructor(
    readonly act: Act,
    readonly clock: VirtualClock,
    readonly worktrees: Map<string, MemoryWorktree>,
  ) {}

  async run(request: SessionRequest, hear: (progress: SessionProgress) => void, stop: AbortSignal): Promise<SessionOutcome> {
    this.sessions.push(request)
    this.#known.add(request.session)
    this.#ended.delete(`${request.session} ${request.step} ${request.number}`)
    await this.clock.sleepUntil(this.clock.now() + 1000, stop)
    if (stop.aborted) return { kind: 'stopped', usage: paid }
    const place = this.worktrees.get(request.cwd)
    if (place === undefined) throw new Error(`no worktree ${request.cwd}`)
    const outcome = await this.act(request, place.files, this.clock, () => hear({ answered: true, doing: null, used: noUsage }))
    this.#ended.set(`${request.session} ${request.step} ${request.number}`, outcome)
    return outcome
  }

  freeze(): Promise<boolean> {
    return Promise.resolve(false)
  }

  thaw(): Promise<void> {
    return Promise.resolve()
  }

  recall(session: string, step: string, number: number): Promise<SessionOutcome | null> {
    return Promise.resolve(this.#ended.get(`${session} ${step} ${number}`) ?? null)
  }

  spent(): Promise<null> {
    return Promise.resolve(null)
  }

  knows(session: string): Promise<boolean> {
    return Promise.resolve(this.#known.has(session))
  }
}
