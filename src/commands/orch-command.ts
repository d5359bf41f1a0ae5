import { Command } from '@oclif/core/command'
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
import type { ResumeFlags } from './orch-flags.js'

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
