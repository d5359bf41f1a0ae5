import type { AccountName } from '../../../src/core/account.js'
import type { Failure } from '../../../src/core/failure.js'
import { noUsage, type SessionOutcome, type SessionStep, type Usage } from '../../../src/core/session.js'
import type { SessionProgress, SessionRequest } from '../../../src/engine/ports/agent.js'
import type { Account } from './account.js'
import type { Crew, Part } from './crew.js'
import type { Leaks } from './leaks.js'
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
  /** The life of orch that saved that fact. */
  toldIn: number | null
  /** What it has used so far: what the account is charged. */
  used: Usage
}

export interface ProgramNeeds {
  readonly clock: VirtualClock
  readonly crew: Crew
  readonly accounts: ReadonlyMap<AccountName, Account>
  readonly leaks: Leaks
  readonly worktrees: ReadonlyMap<string, MemoryWorktree>
  readonly heard: (text: string) => void
}

type Hear = (progress: SessionProgress) => void

interface Ears {
  readonly hear: Hear
  readonly stop: AbortSignal
}

const gone = (path: string): Failure => ({ reason: 'internal', detail: `the worktree ${path} is gone` })

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
    if (last === undefined || last.told !== null) return
    last.told = fact
    last.toldIn = this.life
  }

  /**
   * The last session had finished and is told as one that was cut off, since what it said is of something else by now, and nobody can go by
   * that any more: more tasks have joined the whole of their stage, or a person has a task judged by another text.
   */
  supersede(run: string, work: string, fact: string): void {
    const last = this.lastOf(run, work)
    if (last?.end === 'finished' && /-interrupted$/.test(last.told ?? '')) last.told = fact
  }

  lastOf(run: string, task: string): Invocation | null {
    return this.invocations.findLast((i) => i.run === run && i.task === task) ?? null
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

  /** What the transcript of a session tells that was cut off, and that nobody has told of. */
  spent(session: string, step: string): Usage | null {
    const last = this.invocations.findLast((i) => i.session === session && i.step === step)
    if (last === undefined || last.told !== null || last.used === noUsage) return null
    return { ...last.used, estimatedUsd: last.used.costUsd }
  }

  knows(session: string): boolean {
    return this.#conversations.has(session)
  }

  async run(request: SessionRequest, hear: Hear, stop: AbortSignal): Promise<SessionOutcome> {
    const { run, task, step, session, number } = request
    this.#transcripts.set(`${session} ${step}`, { number, outcome: null })
    const start = { run, task, step, session, number, life: this.life }
    const invocation: Invocation = { ...start, kind: null, end: 'running', told: null, toldIn: null, used: noUsage }
    this.invocations.push(invocation)
    const outcome = await this.#proceed(invocation, request, { hear, stop })
    invocation.end = outcome.kind
    this.needs.heard(`${task} ${step} ${outcome.kind === 'failed' ? outcome.failure.reason : outcome.kind}`)
    // What is found again must be what was told.
    if (outcome.kind !== 'stopped') this.#transcripts.set(`${session} ${step}`, { number, outcome })
    await this.#alive(invocation, 200)
    return outcome
  }

  async #proceed(invocation: Invocation, request: SessionRequest, { hear, stop }: Ears): Promise<SessionOutcome> {
    const { crew, worktrees, heard } = this.needs
    const account = this.#accountOf(request)
    const part = crew.choose(request)
    invocation.kind = part.kind
    const { task, step, number, session } = request
    heard(`${task} ${step} ${number} ${request.resumes ? 'goes on' : 'begins'} in ${session}: ${part.kind}`)
    await this.#alive(invocation, 500)
    if (part.isKnown) this.#conversations.add(session)
    const isStopped = (): boolean => stop.aborted
    const ended = <T extends object>(how: T): T & { usage: Usage } => ({ ...how, usage: invocation.used })
    if (account.isClosed()) return ended({ kind: 'limited', limit: account.notice() })
    await this.#work(invocation, part, { hear, stop })
    if (isStopped()) return ended({ kind: 'stopped' })
    const place = worktrees.get(request.cwd)
    if (place === undefined) return ended({ kind: 'failed', failure: gone(request.cwd), again: 'fresh' })
    crew.begin(part, request, place)
    await this.#work(invocation, part, { hear, stop })
    if (isStopped()) return ended({ kind: 'stopped' })
    if (account.isClosed() && part.meetsLimit) return ended({ kind: 'limited', limit: account.notice() })
    if (part.kind === 'limited' && account.close()) return ended({ kind: 'limited', limit: account.notice() })
    const reach = part.kind === 'leaks' ? this.needs.leaks.happen(invocation, request.cwd) : undefined
    return { ...ended(crew.end(part, request, place)), ...(reach === undefined ? {} : { reach }) }
  }

  /** For half of the time; what it uses then is told at once. */
  async #work(invocation: Invocation, { durationMs, costUsd }: Part, { hear, stop }: Ears): Promise<void> {
    await this.needs.clock.pass(durationMs / 2, null, stop)
    await this.#alive(invocation, 0)
    const isFirst = invocation.used === noUsage
    const cents = isFirst ? Math.floor((costUsd * 100) / 2) : Math.round(costUsd * 100)
    invocation.used = isFirst
      ? { ...paid, costUsd: cents / 100, durationMs: durationMs / 2 }
      : { ...paid, costUsd: cents / 100, durationMs }
    hear({ doing: null, used: invocation.used, answered: true })
  }

  #accountOf({ account }: SessionRequest): Account {
    const found = this.needs.accounts.get(account)
    if (found === undefined) throw new Error(`nobody is called ${account}`)
    return found
  }

  /** Nothing more comes of a process that was killed. */
  async #alive(invocation: Invocation, ms: number): Promise<void> {
    if (ms > 0) await this.needs.clock.pass(ms)
    if (invocation.end === 'killed') await never
  }
}
