import { setTimeout as sleep } from 'node:timers/promises'
import { string } from '@oclif/core/args'
import { boolean } from '@oclif/core/flags'
import type { SeenRun } from '../compose/inspect.js'
import type { Project } from '../compose/project.js'
import { asWrongName } from '../compose/trouble.js'
import type { RecordedFact } from '../core/fact.js'
import { factDetails } from '../ui/fact-details.js'
import { jsonLine } from '../ui/json-view.js'
import { factLine } from '../ui/logs-text.js'
import { beginsInvocation, transcriptLines } from '../ui/transcript-text.js'
import { OrchCommand } from './orch-command.js'
import { jsonFlag, projectFlags } from './orch-flags.js'

const lookEveryMs = 500

/** How far a session's transcript was told. */
interface Told {
  readonly lines: number
  /** How often the session was begun or gone on with, as far as the facts were told. */
  readonly invocations: number
}

export default class Logs extends OrchCommand {
  static override summary = 'show what happened, and what the sessions of a task did'
  static override description =
    'Without a task: every step of the last run, one line each. With one: also what its sessions said, why its checks failed and what its reviews found. With --json: the facts as they are saved, one a line.'
  static override examples = ['orch logs\norch logs 1A\norch logs 1A -f\norch logs stage-1\norch logs --json']
  static override args = { id: string({ description: 'a task, or stage-1 for the whole of a stage' }) }
  static override flags = {
    follow: boolean({ char: 'f', description: 'go on as more happens, until the run ends', default: false }),
    ...projectFlags,
    ...jsonFlag,
  }

  readonly #told = new Map<string, Told>()

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Logs)
    const project = await this.project(flags)
    const id = args.id ?? null
    let told = 0
    for (;;) {
      const seen = await this.seen(project)
      if (seen === null) {
        if (!flags.json) this.print('There is no run yet.\nnext: orch run')
        return
      }
      if (id !== null && seen.state.work[id] === undefined) this.complain(noSuchTask(id, seen))
      told = await (flags.json ? this.printFacts(seen, id, told) : this.tellFacts(seen, id, told))
      if (!flags.follow || !seen.running) return
      await sleep(lookEveryMs)
    }
  }

  private async seen(project: Project): Promise<SeenRun | null> {
    const { seeRun } = await import('../compose/inspect.js')
    return this.unwrapFailure(await seeRun(project, null))
  }

  /** As they are saved: what sessions said stands in their transcripts. @returns how many facts have been told by now */
  private async printFacts(seen: SeenRun, id: string | null, told: number): Promise<number> {
    const { factsOf } = await import('../compose/inspect.js')
    const facts = this.unwrapFailure(await factsOf(seen))
    for (const fact of facts.slice(told).filter((f) => id === null || isAbout(f, id))) this.print(jsonLine(fact).trimEnd())
    return facts.length
  }

  /** @returns how many facts have been told by now */
  private async tellFacts(seen: SeenRun, id: string | null, told: number): Promise<number> {
    const { factsOf } = await import('../compose/inspect.js')
    const facts = this.unwrapFailure(await factsOf(seen))
    for (const fact of facts.slice(told).filter((f) => id === null || isAbout(f, id))) {
      // What a session said stands before the fact of its end.
      await this.tellSessions(seen)
      this.print(factLine(fact, undefined, seen.state))
      if (id === null) continue
      for (const line of factDetails(fact)) this.print(`  ${line}`)
      if (fact.type === 'attempt-started' || fact.type === 'review-started') this.expectSession(fact)
    }
    await this.tellSessions(seen)
    return facts.length
  }

  private expectSession(fact: RecordedFact & { session: string }): void {
    const key = `${fact.session} ${'step' in fact ? fact.step : 'review'}`
    const { lines, invocations } = this.#told.get(key) ?? { lines: 0, invocations: 0 }
    this.#told.set(key, { lines, invocations: invocations + 1 })
  }

  /** A session that was gone on with later has one transcript: only as much of it as the facts told so far began. */
  private async tellSessions(seen: SeenRun): Promise<void> {
    const { transcriptOf } = await import('../compose/inspect.js')
    for (const [key, { lines, invocations }] of this.#told) {
      const [session = '', step = ''] = key.split(' ')
      const all = (await transcriptOf(seen, session, step)).split('\n').slice(0, -1)
      const begins = all.flatMap((line, i) => (beginsInvocation(line) ? [i] : []))
      const end = begins[invocations] ?? all.length
      for (const line of all.slice(lines, end)) for (const text of transcriptLines(line, this.look)) this.print(`  ${text}`)
      this.#told.set(key, { lines: Math.max(lines, end), invocations })
    }
  }
}

const isAbout = (fact: RecordedFact, id: string): boolean =>
  ('task' in fact && fact.task === id) || (fact.type === 'tasks-combined' && fact.merges.some((m) => m.task === id))

const noSuchTask = (id: string, seen: SeenRun) =>
  asWrongName(id, `there is no task ${id} in the run ${seen.state.run}`, `There are: ${Object.keys(seen.state.work).join(', ')}`)
