import type { WorkId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { describeFailure } from '../core/failure-words.js'
import { type Change, coalesced, isShownToBeDoneBy, noReach, type Reach } from '../core/leak.js'
import type { RunState } from '../core/run-state.js'
import type { Work } from '../core/work.js'
import { ownerOf, placeOf, quietPlaces } from './own-places.js'
import type { Clock } from './ports/clock.js'
import type { Listener } from './ports/listener.js'
import type { Sentinel } from './ports/sentinel.js'
import { mostAtALook, Rota } from './rota.js'

/** A session, and the worktree that is its own. */
export interface WatchedSession {
  readonly task: WorkId
  readonly session: string
  readonly path: string
  /** The branch that it may move; null: none. */
  readonly branch: string | null
}

/** What came to light at the end of a session. */
export interface Sighting {
  /** What the session did where it has no business. */
  readonly leaked: readonly Change[]
  /** Files that it wrote out there and of which nothing more is known. */
  readonly written: readonly string[]
  /** Changes that could be anybody's, with the tasks whose sessions ran at the time. */
  readonly unexplained: readonly Unexplained[]
}

export interface Unexplained {
  readonly change: Change
  readonly tasks: readonly WorkId[]
}

/** A change that waits for the end of all sessions which may have made it: only then their transcripts are known. */
interface OpenChange {
  readonly change: Change
  readonly seen: readonly WatchedSession[]
  /** Nobody else can have made it. */
  readonly isSharp: boolean
  readonly candidates: Set<string>
}

/** What a look is wanted for. */
interface Wanted {
  readonly state: RunState
  /** What the session that ends has named. */
  readonly reach?: Reach
  /** None of the quiet places is left out. */
  readonly isWhole?: boolean
}

interface Waiting extends Wanted {
  readonly go: () => Promise<void>
  readonly refuse: (bug: unknown) => void
}

/** So soon after a look nobody but a session or a command has been at work in the worktrees that wait. Milliseconds. */
const holdsMs = 2000

/**
 * Finds out which session did what outside of its worktree. It looks whenever a session starts or ends, so that between
 * two looks the same sessions ran.
 *
 *   change ─▶ nobody ran: the person's ─▶ forgotten
 *          └▶ waits for its candidates ─ one's transcript shows it ─▶ leaked by that one
 *                                      └ all ended, none shows it ─▶ unexplained
 */
export class Watch {
  readonly #sentinel: Sentinel
  readonly #listener: Pick<Listener, 'progressed'>
  readonly #clock: Pick<Clock, 'now'>
  readonly #running = new Map<string, WatchedSession>()
  readonly #rota = new Rota<WatchedSession>()
  #open: readonly OpenChange[] = []
  #waiting: readonly Waiting[] = []
  #serving: Promise<void> | null = null
  /** When what waits was looked at last, unless a command has run since; epoch milliseconds. */
  #lookedAt = Number.NEGATIVE_INFINITY
  #commands = 0

  constructor(sentinel: Sentinel, listener: Pick<Listener, 'progressed'>, clock: Pick<Clock, 'now'>) {
    this.#sentinel = sentinel
    this.#listener = listener
    this.#clock = clock
  }

  /** To be called right before a session starts. */
  begin(session: WatchedSession, state: RunState): Promise<void> {
    return this.#afterALook({ state }, async () => void this.#running.set(session.session, session))
  }

  /** To be called when work is about to be approved: what is in its worktree now is what belongs there. */
  async settle(work: Work): Promise<void> {
    for (const place of placeOf(work)) {
      const settled = await this.#sentinel.settle(place)
      if (!settled.ok) this.#cannotLook(settled.error)
    }
  }

  /** Runs a command, which may change something wherever it likes. */
  async besideCommand<T>(run: () => Promise<T>): Promise<T> {
    this.#commands += 1
    try {
      return await run()
    } finally {
      this.#commands -= 1
      this.#lookedAt = Number.NEGATIVE_INFINITY
    }
  }

  /** To be called once a session is gone. One that ended in an earlier life of orch may be given too. */
  end(session: WatchedSession, state: RunState, reach: Reach = noReach): Promise<Sighting> {
    return this.#afterALook({ state, reach }, async () => {
      this.#running.delete(session.session)
      this.#rota.ended(session)
      const own = this.#open.filter((o) => o.candidates.delete(session.session))
      const shown = new Set(own.filter((o) => isShownToBeDoneBy(o.change, session.path, reach)))
      const over = this.#open.filter((o) => !shown.has(o) && o.candidates.size === 0)
      this.#open = this.#open.filter((o) => !shown.has(o) && o.candidates.size > 0)
      // Nobody but sessions has business in orch's own places.
      const isSole = (o: OpenChange): boolean =>
        o.isSharp && o.seen.length === 1 && o.seen[0]?.session === session.session && ownerOf(o.change, state) !== null
      const leaked = coalesced([...shown, ...over.filter(isSole)].map((o) => o.change))
      return { ...(await this.#withWritten(leaked, reach)), unexplained: over.filter((o) => !isSole(o)).map(unexplained) }
    })
  }

  /** To be called before what waits is used: looks wherever it was not somebody's turn since a session ended. */
  async catchUp(state: RunState): Promise<readonly Unexplained[]> {
    if (!this.#rota.isBehind) return []
    return this.#afterALook({ state, isWhole: true }, async () => {
      const over = this.#open.filter((o) => o.candidates.size === 0)
      this.#open = this.#open.filter((o) => o.candidates.size > 0)
      return over.map(unexplained)
    })
  }

  /** The changes as a patch, for people; empty when it could not be made. */
  async keep(changes: readonly Change[]): Promise<string> {
    const kept = await this.#sentinel.keep(changes)
    return kept.ok ? kept.value : ''
  }

  /** A file that was written by name counts, also where nobody looked. */
  async #withWritten(leaked: readonly Change[], reach: Reach): Promise<Pick<Sighting, 'leaked' | 'written'>> {
    const known = new Set(leaked.map((c) => `${c.place ?? ''}/${c.name}`))
    const unseen = reach.writes.filter((path) => !known.has(path))
    if (unseen.length === 0) return { leaked, written: [] }
    const inspected = await this.#sentinel.inspect(unseen)
    const more = inspected.ok ? inspected.value : []
    const found = new Set(more.map((c) => `${c.place ?? ''}/${c.name}`))
    return { leaked: [...leaked, ...more], written: unseen.filter((path) => !found.has(path)) }
  }

  async #look(state: RunState, batch: readonly Wanted[]): Promise<void> {
    const reach = batch.flatMap((wanted) => wanted.reach ?? [])
    const now = this.#clock.now()
    const goesOn = reach.length === 0 && this.#running.size + this.#commands === 0 && now - this.#lookedAt < holdsMs
    const turns = goesOn ? 0 : this.#turns(reach)
    const chosen = this.#rota.choose(quietPlaces(state), turns, reach)
    const places = batch.some(({ isWhole }) => isWhole === true) ? chosen.map((place) => ({ ...place, isDue: true })) : chosen
    const looked = await this.#sentinel.look(places)
    // What cannot be seen now is seen at the next look.
    if (!looked.ok) {
      this.#cannotLook(looked.error)
      return
    }
    if (turns > 0) this.#lookedAt = now
    const timing = this.#rota.looked(places, goesOn)
    const running = [...this.#running.values()]
    const foreign = looked.value.filter((change) => !running.some((s) => isOwnBranch(change, s)))
    const found = foreign.map((change) => {
      const { gone, isSharp } = timing(change)
      return { change, seen: [...gone, ...running], isSharp, candidates: new Set(running.map((s) => s.session)) }
    })
    this.#open = [...this.#open, ...found.filter(({ seen }) => seen.length > 0)]
  }

  /** What was done to a place is looked for when a session ends. One that starts beside others is no reason to look, as they are looked at then. */
  #turns(ending: readonly Reach[]): number {
    return ending.length > 0 || this.#running.size === 0 ? mostAtALook : 0
  }

  #cannotLook(failure: Failure): void {
    const text = `Could not look for changes outside of the worktrees: ${describeFailure(failure).message}`
    this.#listener.progressed({ type: 'noticed', text })
  }

  /** Whoever comes while somebody looks waits for the next look, which is one for all of them: what ended has ended before it, what starts waits for it. */
  #afterALook<T>(wanted: Wanted, act: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting = [...this.#waiting, { ...wanted, go: () => act().then(resolve, reject), refuse: reject }]
      this.#serving ??= this.#serve()
    })
  }

  async #serve(): Promise<void> {
    for (let batch = this.#waiting; batch.length > 0; batch = this.#waiting) {
      this.#waiting = []
      try {
        for (const { state } of batch.slice(-1)) await this.#look(state, batch)
        for (const { go } of batch) await go()
      } catch (bug) {
        for (const { refuse } of batch) refuse(bug)
      }
    }
    this.#serving = null
  }
}

const unexplained = ({ change, seen }: OpenChange): Unexplained => ({ change, tasks: [...new Set(seen.map((s) => s.task))] })

/** Its branch, or a new one that it made in its worktree: what is committed there is brought back to its branch. */
const isOwnBranch = (change: Change, session: WatchedSession): boolean =>
  change.kind === 'ref' &&
  change.name.startsWith('refs/heads/') &&
  (change.name === `refs/heads/${session.branch ?? ''}` || (change.before === null && change.place === session.path))
