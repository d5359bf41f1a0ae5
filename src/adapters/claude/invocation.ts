import type { Failure } from '../../core/failure.js'
import type { SessionOutcome, Usage } from '../../core/session.js'
import type { SessionProgress, SessionRequest } from '../../engine/ports/agent.js'
import { type EndedFor, judgeEnd } from './invocation-end.js'
import { OpenTools } from './open-tools.js'
import { OutputReader, type Redaction } from './output-reader.js'
import type { ProgramEnd, ProgramOutput, RunningProgram } from './program.js'
import type { ReachGatherer } from './reach.js'
import { emptyLog, follow, type SessionLog, usageOf } from './session-log.js'
import { SessionNews } from './session-news.js'
import type { StreamEvent, ToolUse } from './stream-event.js'
import type { Transcript } from './transcript.js'
import { type WatchdogCause, type Watchdogs, watchdogs } from './watchdogs.js'

export interface InvocationSetup {
  readonly hear: (progress: SessionProgress) => void
  readonly redaction: Redaction
  readonly transcript: Transcript
  readonly reach: ReachGatherer
  readonly unwritable: (error: unknown) => Failure
  readonly lingerMs: number
  /** `agent.command`, for messages. */
  readonly command: string
  /** The permission mode that must be in force; null: not looked at. */
  readonly demandedMode: string | null
}

interface Surroundings {
  readonly now: () => number
  readonly localZone: string
}

/** The login is refused three times in a row before the program is not waited for any longer. */
const mostLoginRefusals = 3

/** One run of the program, from its start to the judgement of its end. */
export class Invocation {
  readonly #reader: OutputReader
  readonly #news: SessionNews
  #log: SessionLog = emptyLog
  #endedFor: EndedFor | null = null
  #now: () => number = () => 0
  #began = 0
  #writeError: unknown = null
  #program: RunningProgram | null = null
  #dogs: Watchdogs | null = null
  readonly #tools = new OpenTools()
  #hungIn: ToolUse | null = null

  constructor(
    private readonly request: SessionRequest,
    private readonly setup: InvocationSetup,
  ) {
    this.#reader = new OutputReader(setup.redaction)
    this.#news = new SessionNews(request.cwd)
    void setup.transcript.broken.then((error) => this.#unwritable(error))
  }

  async run(start: () => RunningProgram, stop: AbortSignal, { now, localZone }: Surroundings): Promise<SessionOutcome> {
    this.#now = now
    this.#began = now()
    const { idleMs, toolIdleMs, timeoutMs: totalMs } = this.request
    this.#dogs = watchdogs({ idleMs, toolIdleMs, totalMs, lingerMs: this.setup.lingerMs }, (cause) => this.#bitten(cause))
    const onStop = (): void => this.#end('stop')
    stop.addEventListener('abort', onStop, { once: true })
    this.#program = start()
    // The signal may have come while the program was being looked for.
    if (stop.aborted) onStop()
    const end = this.#redacted(await this.#program.ended)
    stop.removeEventListener('abort', onStop)
    this.#dogs.clear()
    await this.#closeTranscript(end)
    const at = now()
    const known = { log: this.#log, endedFor: this.#endedFor, hungIn: this.#hungIn, writeError: this.#writeError }
    const outcome = await judgeEnd({ end, ...known, usage: this.#used(at), now: at, localZone }, this.request, this.setup)
    return { ...outcome, reach: await this.setup.reach.reach() }
  }

  /** Takes in what the program said. @returns what to wait for before more is told; undefined: nothing */
  heard(said: readonly ProgramOutput[]): Promise<void> | undefined {
    this.#dogs?.heard()
    const { kept, events } = this.#reader.read(said)
    const written = this.#write(kept, events.some(isPressing))
    const taken = this.#take(events, 0)
    return written === undefined || taken === undefined ? (written ?? taken) : written.then(() => taken)
  }

  /** Its time limits stand still with it. @returns false where that cannot be done */
  async freeze(): Promise<boolean> {
    if (this.#program === null || this.#endedFor !== null) return false
    this.#dogs?.pause()
    const frozen = await this.#program.freeze()
    if (!frozen) this.#dogs?.unpause()
    return frozen
  }

  async thaw(): Promise<void> {
    await this.#program?.thaw()
    this.#dogs?.unpause()
  }

  /** One after the other from there on, as far as that goes without waiting. */
  #take(events: readonly StreamEvent[], from: number): Promise<void> | undefined {
    for (let at = from; at < events.length; at++) {
      const event = events[at] as StreamEvent
      const reached = this.setup.reach.heard(event)
      this.#takeOne(event)
      if (reached !== undefined) return reached.then(() => this.#take(events, at + 1))
    }
    this.#tell(events)
    return undefined
  }

  #takeOne(event: StreamEvent): void {
    this.#log = follow(this.#log, event)
    this.#tools.heard(event)
    this.#dogs?.toolRuns(this.#tools.isAnyOpen)
    this.#react(event)
  }

  /** What came together is told together, and only where it is news: nobody can follow each line. */
  #tell(events: readonly StreamEvent[]): void {
    const now = this.#now()
    const news = this.#news.of(events, this.#log, now)
    if (news !== null) this.setup.hear({ ...news, used: this.#used(now) })
  }

  /** @param now epoch milliseconds */
  #used(now: number): Usage {
    return usageOf(this.#log, Math.max(0, now - this.#began))
  }

  #react(event: StreamEvent): void {
    switch (event.kind) {
      case 'init':
        this.#dogs?.goesOn()
        if (!this.#isPermitted(event.permissionMode)) this.#end('other-permissions')
        return
      case 'result':
        this.#dogs?.finished()
        return
      case 'retry':
        if (event.error === 'authentication_failed' && event.attempt >= mostLoginRefusals) this.#end('login-refused')
        return
      case 'limit':
        if (event.info.paidExtra) this.#end('paid-extra')
        return
      default:
        return
    }
  }

  /** Stand-ins for the program need not know of permission modes. */
  #isPermitted(mode: string | null): boolean {
    return this.setup.demandedMode === null || mode === null || mode === this.setup.demandedMode
  }

  /** What ran is looked at now: a program that is asked to end may tell the end of its tools first. */
  #bitten(cause: WatchdogCause): void {
    if (cause === 'silent') this.#hungIn = this.#tools.current
    this.#end(cause)
  }

  #end(cause: EndedFor): void {
    this.#endedFor ??= cause
    this.#program?.stop()
  }

  #write(lines: readonly Buffer[], pressing: boolean): Promise<void> | undefined {
    return this.#writeError === null ? this.setup.transcript.add(lines, pressing) : undefined
  }

  #unwritable(error: unknown): void {
    this.#writeError = error
    this.#end('unwritable')
  }

  #redacted(end: ProgramEnd): ProgramEnd {
    return end.kind === 'exited' ? { ...end, stderrTail: this.setup.redaction.redact(end.stderrTail) } : end
  }

  async #closeTranscript(end: ProgramEnd): Promise<void> {
    void this.#write([Buffer.from(`${JSON.stringify({ type: 'orch_ended', ...end, endedFor: this.#endedFor })}\n`)], true)
    try {
      await this.setup.transcript.close()
    } catch (error) {
      this.#writeError ??= error
      this.#endedFor ??= 'unwritable'
    }
  }
}

/** All but what an agent says and does on the way: how the session is judged, or whether its conversation can be gone on with. */
const isPressing = ({ kind }: StreamEvent): boolean => kind !== 'assistant' && kind !== 'used' && kind !== 'tools-ended'
