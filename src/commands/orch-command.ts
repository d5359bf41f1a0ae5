import { Command } from '@oclif/core/command'
import { CLIError } from '@oclif/core/errors'
import { boolean, custom, integer, string } from '@oclif/core/flags'
import type { Carried } from '../compose/carry-out.js'
import { currentInstant } from '../compose/instant.js'
import type { Project, Surroundings } from '../compose/project.js'
import { asFailure, type Trouble } from '../compose/trouble.js'
import { exitCodeForFailure, exitCodes } from '../core/exit-code.js'
import type { Failure } from '../core/failure.js'
import type { Order } from '../core/order.js'
import { err, type Result } from '../core/result.js'
import { failureText } from '../ui/failure-text.js'
import { type Look, lookFor } from '../ui/look.js'
import { problemsText } from '../ui/problem-text.js'
import { wrapped } from '../ui/wrapped.js'

/** Flags that every command knows which reads a project. */
export const projectFlags = {
  config: string({
    description: 'config file to use in place of .orchestratorrc.json',
    env: 'ORCHESTRATOR_CONFIG',
    helpValue: 'FILE',
  }),
}

export const jsonFlag = { json: boolean({ description: 'print JSON on stdout, for programs', default: false }) }

/** Flags that choose a part of the plan. */
export const selectionFlags = {
  stage: integer({
    description: 'only this stage; may be given several times',
    multiple: true,
    multipleNonGreedy: true,
    min: 1,
    helpValue: 'N',
  }),
  milestone: string({
    description: 'only this milestone; may be given several times',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'ID',
  }),
}

/** A number of US dollars above 0. */
const dollarsFlag = custom<number>({
  parse: async (input) => {
    const usd = Number(input.replace(/^\$/, ''))
    if (!Number.isFinite(usd) || usd <= 0) throw new CLIError(`Expected a number of US dollars above 0 but received: ${input}`)
    return Promise.resolve(usd)
  },
})

/** A duration above 0, in milliseconds. */
const durationFlag = custom<number>({
  parse: async (input) => {
    const { readDuration } = await import('../compose/duration.js')
    const ms = readDuration(input)
    if (ms === null || ms === 0) throw new CLIError(`Expected a duration like 30m or 2h but received: ${input}`)
    return ms
  },
})

/** What a person says to a decision of theirs. */
export const noteFlag = {
  note: string({ description: 'why, for TASKS.md and the merge commit', helpValue: 'TEXT' }),
}

/** A note without the space around it; null: none was given. */
export function noteOf({ note }: { readonly note?: string | undefined }): string | null {
  const said = note?.trim() ?? ''
  return said === '' ? null : said
}

/** Flags that say how a run is carried out. */
export const carryOutFlags = {
  concurrency: integer({ description: 'tasks at a time', min: 1, helpValue: 'N' }),
  'budget-usd': dollarsFlag({ description: 'the most that the whole run may cost; then it pauses with status 3', helpValue: 'USD' }),
  'max-duration': durationFlag({ description: 'how long sessions may be at work in all, like 2h; then it pauses', helpValue: 'TIME' }),
  'no-wait': boolean({ description: 'do not wait for a limit: save, and exit with status 3', default: false }),
}

/** Flags of the commands that go on with a run. */
export const resumeFlags = { ...carryOutFlags, ...projectFlags, ...jsonFlag }

interface ResumeFlags {
  readonly config?: string | undefined
  readonly json: boolean
  readonly concurrency?: number | undefined
  readonly 'no-wait': boolean
  readonly 'budget-usd'?: number | undefined
  readonly 'max-duration'?: number | undefined
}

/**
 * What all commands share: results on stdout, everything else on stderr, bad news with what to type next and the right exit
 * status. What does the work is loaded when it is needed: `orch --help` and `orch status` are asked often.
 */
export abstract class OrchCommand extends Command {
  /** Whether the command would have started something, had its files been in order. */
  protected readonly startsSomething: boolean = false

  #terminated = false
  readonly #opened: Project[] = []

  protected get surroundings(): Surroundings {
    return {
      cwd: process.cwd(),
      env: process.env,
      platform: process.platform,
      stdout: process.stdout,
      stderr: process.stderr,
      orchVersion: this.config.version,
    }
  }

  /** Never returns with bad news: it is told, and the command ends. */
  protected project(flags: { config?: string | undefined }): Promise<Project> {
    return this.projectIn(this.surroundings, flags.config ?? null)
  }

  /** The same in another folder than the one in which the command was typed. */
  protected async projectIn(surroundings: Surroundings, configFile: string | null): Promise<Project> {
    const { openProject } = await import('../compose/project.js')
    const project = this.unwrap(await openProject(surroundings, configFile))
    this.#opened.push(project)
    return project
  }

  protected override async finally(thrown: Error | undefined): Promise<unknown> {
    for (const { git } of this.#opened) await git.close()
    return super.finally(thrown)
  }

  /** Aborted by the first Ctrl-C or SIGTERM, for commands that carry out no run. */
  protected stopOnSignals(): AbortSignal {
    const stop = new AbortController()
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        this.#terminated ||= signal === 'SIGTERM'
        stop.abort()
      })
    return stop.signal
  }

  /** Goes on with the unfinished run. @param order what a person wants done to one task of it first */
  protected async goOn(flags: ResumeFlags, order: Order | null): Promise<void> {
    this.conclude(await this.carriedOn(await this.project(flags), flags, order), flags.json)
  }

  /** The same, with what comes after it left to the command. */
  protected async carriedOn(project: Project, flags: ResumeFlags, order: Order | null): Promise<Carried> {
    const request = {
      selection: { stages: [], milestones: [] },
      concurrency: flags.concurrency ?? null,
      noWait: flags['no-wait'],
      budget: { maxUsd: flags['budget-usd'] ?? null, maxDurationMs: flags['max-duration'] ?? null },
      withoutReview: false,
      rehearse: false,
      json: flags.json,
      fresh: false,
    }
    const { continueUnfinished } = await import('../compose/carry-out.js')
    return this.unwrap(await continueUnfinished(project, request, order))
  }

  protected conclude(carried: Carried, json: boolean): void {
    if (carried.kind === 'carried-out') this.exit(carried.exitCode)
    else if (!json) this.print(carried.detail)
  }

  protected unwrap<T>(result: Result<T, Trouble>): T {
    if (result.ok) return result.value
    return this.complain(result.error)
  }

  /** The same for what can only go wrong in the surroundings. */
  protected unwrapFailure<T>(result: Result<T, Failure>): T {
    return this.unwrap(result.ok ? result : err(asFailure(result.error)))
  }

  protected complain(trouble: Trouble): never {
    this.tell(
      trouble.kind === 'problems'
        ? problemsText(trouble.problems, { nothingStarted: this.startsSomething })
        : `Error: ${failureText(trouble.failure)}`,
    )
    if (trouble.kind === 'problems') return this.exit(exitCodes.usage)
    return this.exit(
      this.#terminated && trouble.failure.reason === 'interrupted' ? exitCodes.terminated : exitCodeForFailure(trouble.failure),
    )
  }

  /** How text for people looks on stdout. */
  protected get look(): Look {
    return lookFor({ isTTY: process.stdout.isTTY, columns: process.stdout.columns, env: process.env, now: currentInstant() })
  }

  /** Writes a result for people, broken into lines that the terminal has room for. */
  protected print(text: string): void {
    process.stdout.write(`${wrapped(text, this.look.columns)}\n`)
  }

  /** Writes anything that is no result. */
  protected tell(text: string): void {
    process.stderr.write(`${wrapped(text, process.stderr.isTTY ? process.stderr.columns : undefined)}\n`)
  }

  protected printJson(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
  }
}
