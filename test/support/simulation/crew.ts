import type { SessionOutcome } from '../../../src/core/session.js'
import type { SessionRequest } from '../../../src/engine/ports/agent.js'
import { failureOf } from './crew-failures.js'
import { reviewAnswer } from './crew-reviews.js'
import { type Hand, implement, mend, resolve } from './crew-work.js'
import type { Dice } from './dice.js'
import { ownFile, strayFile } from './ground-rules.js'
import type { MemoryWorktree } from './memory-desks.js'
import type { MemoryGit } from './memory-git.js'
import type { Scenario, Temper } from './scenario.js'
import { finished, paid } from './scripted-agent.js'

const minute = 60_000

/** What one session will do. */
export interface Part {
  readonly kind: keyof Temper
  readonly durationMs: number
  readonly costUsd: number
  /** The conversation is saved soon enough to be gone on with. */
  readonly isKnown: boolean
  /** When the account is closed meanwhile, it notices. */
  readonly meetsLimit: boolean
}

/** Who plays the sessions: mostly good at it, as far as the scenario's temper lets them. */
export class Crew {
  /** From then on everybody is good at everything. */
  calm = false
  readonly #times = new Map<string, number>()
  #versions = 0

  constructor(
    private readonly scenario: Scenario,
    private readonly git: MemoryGit,
    private readonly dice: Dice,
  ) {}

  choose({ run, task, step }: SessionRequest): Part {
    const key = `${run} ${task} ${step}`
    const times = (this.#times.get(key) ?? 0) + 1
    this.#times.set(key, times)
    const dice = this.dice.fork(`${key} ${times}`)
    const durationMs = dice.whole(1000, dice.pick([10_000, 3 * minute, 15 * minute]))
    const kind = this.calm ? 'good' : dice.weighed(this.scenario.temper)
    const costUsd = dice.pick([0.01, 0.01, 0.02, 0.05])
    return { kind: fitting(kind, step), durationMs, costUsd, isKnown: this.calm || dice.chance(0.95), meetsLimit: dice.chance(0.7) }
  }

  /** Half-way through: something is there, and it is not right yet. */
  begin(part: Part, request: SessionRequest, place: MemoryWorktree): void {
    if (part.kind === 'lies' || (request.step !== 'implement' && part.kind !== 'crashes')) return
    if (request.step === 'review') return
    place.files[ownFile(request.task)] = `${request.task} half bad ${++this.#versions}\n`
  }

  end(part: Part, request: SessionRequest, place: MemoryWorktree): SessionOutcome {
    const failure = failureOf(part.kind, request, this.dice)
    if (failure !== null) return { kind: 'failed', usage: paid, ...failure }
    if (request.step === 'review') return this.#review(part, request, place)
    if (part.kind !== 'lies') this.#work(part, request, place)
    return finished(undefined, this.#closingWords(part, request, place))
  }

  #work(part: Part, request: SessionRequest, place: MemoryWorktree): void {
    const milestone = this.scenario.milestones.find((m) => m.id === request.task)
    const hand: Hand = {
      task: request.task,
      files: place.files,
      version: ++this.#versions,
      rules: this.scenario.rules,
      paths: milestone?.paths ?? [],
      bad: part.kind === 'bad',
      half: part.kind === 'half',
    }
    if (request.step === 'implement') implement(hand)
    else if (request.step === 'resolve') resolve(hand)
    else mend(hand)
    if (part.kind === 'strays') place.files[strayFile(request.task)] = `strayed ${hand.version}\n`
    if (part.kind === 'commits') this.#commit(request, place)
  }

  /** One that changes nothing may answer what it was asked for, all of it or a part. */
  #closingWords(part: Part, { step, prompt }: SessionRequest, place: MemoryWorktree): string {
    // What it touched outside of a conflict, an earlier session of it perhaps, it says; where it strays it does not.
    if (step === 'resolve' && part.kind !== 'strays')
      return Object.keys(place.files)
        .map((file) => `REASON ${file}: it had to be`)
        .join('\n')
    if (part.kind !== 'lies' || step !== 'remediate') return 'done'
    const answered = idsIn(prompt).filter(() => this.dice.chance(0.8))
    return ['done', ...answered.map((id) => `ANSWER ${id}: it is right as it is`)].join('\n')
  }

  /** An agent that commits on its own: on the branch that is checked out, or on the HEAD of a scratch. */
  #commit(request: SessionRequest, place: MemoryWorktree): void {
    const head = (place.branch === null ? undefined : this.git.branches.get(place.branch)) ?? place.head
    const { conflict } = place
    const parents = conflict?.laid === true && request.step === 'resolve' ? [head, conflict.onto] : [head]
    const made = this.git.commit({ ...place.files }, parents, `${request.task} by the agent itself\n`)
    if (place.branch !== null) this.git.branches.set(place.branch, made)
    place.head = made
  }

  /** What a reviewer can point to: the task's own file, as it is committed. */
  #fileOf(request: SessionRequest, place: MemoryWorktree): string | null {
    const head = (place.branch === null ? undefined : this.git.branches.get(place.branch)) ?? place.head
    const file = ownFile(request.task)
    return this.git.get(head).tree[file] === undefined ? null : file
  }

  #review(part: Part, request: SessionRequest, place: MemoryWorktree): SessionOutcome {
    const { stubborn, milestones } = this.scenario
    const file = this.#fileOf(request, place)
    if (part.kind === 'strays' || part.kind === 'commits')
      place.files[strayFile(request.task)] = `changed by a review ${++this.#versions}\n`
    if (part.kind === 'commits') this.#commit(request, place)
    const isStubborn = !this.calm && stubborn.includes(request.task)
    const most = Math.max(3, ...milestones.map((m) => m.criteria.length))
    // Criteria are judged by one lens only; what another says of them is not asked for.
    const isJudge = request.env?.['ORCH_LENS'] === 'correctness'
    const isJudged = isJudge && milestones.some((m) => m.id === request.task && m.criteria.some((c) => c.command === null))
    const open = idsIn(request.prompt)
    const kind = part.kind === 'garbage' ? 'garbage' : isStubborn || part.kind === 'picky' ? 'picky' : 'good'
    return { kind: 'finished', usage: paid, ...reviewAnswer(kind, { most, isJudged, open, file }, this.dice), denials: 0 }
  }
}

/** The findings that a prompt names. */
const idsIn = (prompt: string): readonly string[] => [...new Set(prompt.match(/\b[0-9a-f]{8}\b/g))]

/** What no session of that step could do turns into something that it could. */
function fitting(kind: keyof Temper, step: SessionRequest['step']): keyof Temper {
  if (step === 'review') return kind === 'bad' || kind === 'lies' || kind === 'half' ? 'good' : kind
  if (kind === 'picky' || kind === 'garbage') return 'good'
  return kind === 'half' && step !== 'resolve' ? 'good' : kind
}
