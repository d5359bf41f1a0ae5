import { setTimeout as sleep } from 'node:timers/promises'
import { Args, Flags } from '@oclif/core'
import { factsOf, type SeenRun, seeRun, transcriptOf } from '../compose/inspect.js'
import { asFailure, asProblems, type Project } from '../compose/project.js'
import type { RecordedFact } from '../core/fact.js'
import { err } from '../core/result.js'
import { factLine } from '../ui/logs-text.js'
import { transcriptLines } from '../ui/transcript-text.js'
import { OrchCommand, projectFlags } from './orch-command.js'

const lookEveryMs = 500

export default class Logs extends OrchCommand {
  static override summary = 'Show what happened in the last run, and what the sessions of a task said and did.'
  static override examples = ['<%= command.id %>', '<%= command.id %> 1A', '<%= command.id %> 1A -f', '<%= command.id %> stage-1']
  static override args = { id: Args.string({ description: 'a task, or stage-1 for the whole of a stage' }) }
  static override flags = {
    ...projectFlags,
    follow: Flags.boolean({ char: 'f', description: 'go on as more happens, until the run ends', default: false }),
  }

  /** How many lines of each transcript were printed. */
  readonly #printed = new Map<string, number>()

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Logs)
    const project = await this.project(flags)
    const id = args.id ?? null
    let told = 0
    for (;;) {
      const seen = await this.seen(project)
      if (seen === null) {
        this.print('There is no run yet.\nnext: orch run')
        return
      }
      if (id !== null && seen.state.work[id] === undefined) this.complain(noSuchTask(id, seen))
      told = await this.tell(seen, id, told)
      if (!flags.follow || !seen.running) return
      await sleep(lookEveryMs)
    }
  }

  private async seen(project: Project): Promise<SeenRun | null> {
    const found = await seeRun(project, null)
    return this.unwrap(found.ok ? found : err(asFailure(found.error)))
  }

  /** @returns how many facts have been told by now */
  private async tell(seen: SeenRun, id: string | null, told: number): Promise<number> {
    const read = await factsOf(seen)
    const facts = this.unwrap(read.ok ? read : err(asFailure(read.error)))
    for (const fact of facts.slice(told).filter((f) => id === null || isAbout(f, id))) {
      // What a session said stands before the fact of its end.
      await this.tellSessions(seen)
      this.print(factLine(fact, undefined))
      if (id !== null && 'session' in fact) this.rememberSession(fact)
    }
    await this.tellSessions(seen)
    return facts.length
  }

  private rememberSession(fact: RecordedFact & { session: string }): void {
    const key = `${fact.session} ${'step' in fact ? fact.step : 'review'}`
    if (!this.#printed.has(key)) this.#printed.set(key, 0)
  }

  private async tellSessions(seen: SeenRun): Promise<void> {
    for (const [key, printed] of this.#printed) {
      const [session = '', step = ''] = key.split(' ')
      const lines = (await transcriptOf(seen, session, step)).split('\n').slice(0, -1)
      for (const line of lines.slice(printed)) for (const text of transcriptLines(line, this.look)) this.print(`  ${text}`)
      this.#printed.set(key, lines.length)
    }
  }
}

const isAbout = (fact: RecordedFact, id: string): boolean =>
  ('task' in fact && fact.task === id) || (fact.type === 'tasks-combined' && fact.merges.some((m) => m.task === id))

const noSuchTask = (id: string, seen: SeenRun) =>
  asProblems([
    {
      file: id,
      line: 1,
      column: 1,
      message: `there is no task ${id} in the run ${seen.state.run}`,
      hint: `There are: ${Object.keys(seen.state.work).join(', ')}`,
    },
  ])
