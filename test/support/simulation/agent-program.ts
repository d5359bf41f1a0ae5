import type { Failure } from '../../../src/core/failure.js'
import type { SessionOutcome, SessionStep } from '../../../src/core/session.js'
import type { SessionRequest } from '../../../src/engine/ports.js'
import type { Account } from './account.js'
import type { Crew, Part } from './crew.js'
import { never } from './life.js'
import type { MemoryWorktree } from './memory-desks.js'
import { paid } from './scripted-agent.js'
import type { VirtualClock } from './virtual-clock.js'

/** One process of the agent program. */
export interface Invocation {
  readonly run: string
  readonly task: string
  readonly step: SessionStep
  readonly session: string
  readonly number: number
  /** Which life of orch started it. */
  readonly life: number
  /** What it was told to play. */
  kind: Part['kind'] | null
  end: 'running' | 'killed' | SessionOutcome['kind']
  /** The fact that tells of its end; null: none was saved. */
  told: string | null
}

export interface ProgramNeeds {
  readonly clock: VirtualClock
  readonly crew: Crew
  readonly account: Account
  readonly worktrees: ReadonlyMap<string, MemoryWorktree>
  readonly heard: (text: string) => void
}

/** The agent program: its processes live on when orch is killed, and its transcripts and conversations outlive both. */
export class AgentProgram {
  readonly invocations: Invocation[] = []
  /** The life of orch that starts sessions now. */
  life = 0
  readonly #transcripts = new Map<string, { number: number; outcome: SessionOutcome | null }>()
  readonly #conversations = new Set<string>()

  constructor(private readonly needs: ProgramNeeds) {}

  get running(): readonly Invocation[] {
    return this.invocations.filter((i) => i.end === 'running')
  }

  /** A fact was saved that tells how the last session of a task ended. */
  tell(run: string, task: string, fact: string): void {
    const last = this.invocations.findLast((i) => i.run === run && i.task === task && i.end !== 'running')
    if (last !== undefined) last.told ??= fact
  }

  /** Ends every process, as the next orch does with survivors, or a power cut with all of them. */
  killAll(): void {
    for (const invocation of this.running) {
      invocation.end = 'killed'
      this.needs.heard(`${invocation.task} ${invocation.step} is killed`)
    }
  }

  recall(session: string, step: string, number: number): SessionOutcome | null {
    const last = this.#transcripts.get(`${session} ${step}`)
    return last?.number === number ? last.outcome : null
  }

  knows(session: string): boolean {
    return this.#conversations.has(session)
  }

  async run(request: SessionRequest, stop: AbortSignal): Promise<SessionOutcome> {
    const { run, task, step, session, number } = request
    this.#transcripts.set(`${session} ${step}`, { number, outcome: null })
    const invocation: Invocation = { run, task, step, session, number, life: this.life, kind: null, end: 'running', told: null }
    this.invocations.push(invocation)
    const outcome = await this.#proceed(invocation, request, stop)
    invocation.end = outcome.kind
    this.needs.heard(`${task} ${step} ${outcome.kind === 'failed' ? outcome.failure.reason : outcome.kind}`)
    // What is found again must be what was told.
    if (outcome.kind !== 'stopped') this.#transcripts.set(`${session} ${step}`, { number, outcome })
    await this.#alive(invocation, 200)
    return outcome
  }

  async #proceed(invocation: Invocation, request: SessionRequest, stop: AbortSignal): Promise<SessionOutcome> {
    const { clock, crew, account, worktrees, heard } = this.needs
    const part = crew.choose(request)
    invocation.kind = part.kind
    const { task, step, number, session } = request
    heard(`${task} ${step} ${number} ${request.resumes ? 'goes on' : 'begins'} in ${session}: ${part.kind}`)
    await this.#alive(invocation, 500)
    if (part.isKnown) this.#conversations.add(session)
    if (account.isClosed) return { kind: 'limited', usage: paid, limit: account.notice() }
    const half = part.durationMs / 2
    await clock.pass(half, null, stop)
    await this.#alive(invocation, 0)
    if (stop.aborted) return { kind: 'stopped', usage: paid }
    const place = worktrees.get(request.cwd)
    if (place === undefined) return this.#failed({ reason: 'internal', detail: `the worktree ${request.cwd} is gone` })
    crew.begin(part, request, place)
    await clock.pass(half, null, stop)
    await this.#alive(invocation, 0)
    if (stop.aborted) return { kind: 'stopped', usage: paid }
    if (account.isClosed && part.meetsLimit) return { kind: 'limited', usage: paid, limit: account.notice() }
    if (part.kind === 'limited' && account.close()) return { kind: 'limited', usage: paid, limit: account.notice() }
    return crew.end(part, request, place)
  }

  #failed(failure: Failure): SessionOutcome {
    return { kind: 'failed', usage: paid, failure, again: 'fresh' }
  }

  /** Nothing more comes of a process that was killed. */
  async #alive(invocation: Invocation, ms: number): Promise<void> {
    if (ms > 0) await this.needs.clock.pass(ms)
    if (invocation.end === 'killed') await never
  }
}
