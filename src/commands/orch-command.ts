import { Command, Flags } from '@oclif/core'
import { type Carried, continueUnfinished } from '../compose/carry-out.js'
import { currentInstant, openProject, type Project, type Surroundings, type Trouble } from '../compose/project.js'
import { exitCodeForFailure, exitCodes } from '../core/exit-code.js'
import type { Failure } from '../core/failure.js'
import type { Result } from '../core/result.js'
import { failureText } from '../ui/failure-text.js'
import { type Look, lookFor } from '../ui/look.js'
import { problemsText } from '../ui/problem-text.js'

/** Flags that every command knows which reads a project. */
export const projectFlags = {
  config: Flags.string({
    description: 'config file to use in place of .orchestratorrc.json',
    env: 'ORCHESTRATOR_CONFIG',
    helpValue: 'FILE',
  }),
}

export const jsonFlag = { json: Flags.boolean({ description: 'print JSON on stdout, for programs', default: false }) }

/** Flags of the commands that go on with a run. */
export const resumeFlags = {
  ...projectFlags,
  ...jsonFlag,
  concurrency: Flags.integer({ description: 'tasks at a time', min: 1 }),
  'no-wait': Flags.boolean({ description: 'do not wait for a limit: save, and exit with status 3', default: false }),
}

interface ResumeFlags {
  readonly config?: string | undefined
  readonly json: boolean
  readonly concurrency?: number | undefined
  readonly 'no-wait': boolean
}

/** What all commands share: results on stdout, everything else on stderr, bad news with what to type next and the right exit status. */
export abstract class OrchCommand extends Command {
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
  protected async project(flags: { config?: string | undefined }): Promise<Project> {
    return this.unwrap(await openProject(this.surroundings, flags.config ?? null))
  }

  /** Goes on with the unfinished run. @param retry a task that is given another chance */
  protected async goOn(flags: ResumeFlags, retry: string | null): Promise<void> {
    const request = {
      selection: { stages: [], milestones: [] },
      concurrency: flags.concurrency ?? null,
      noWait: flags['no-wait'],
      withoutReview: false,
      rehearse: false,
      json: flags.json,
      fresh: false,
    }
    const project = await this.project(flags)
    this.conclude(this.unwrap(await continueUnfinished(project, request, retry)), flags.json)
  }

  protected conclude(carried: Carried, json: boolean): void {
    if (carried.kind === 'carried-out') this.exit(carried.exitCode)
    else if (!json) this.print(carried.detail)
  }

  protected unwrap<T>(result: Result<T, Trouble>): T {
    if (result.ok) return result.value
    return this.complain(result.error)
  }

  protected complain(trouble: Trouble): never {
    process.stderr.write(`${trouble.kind === 'problems' ? problemsText(trouble.problems) : failureText(trouble.failure)}\n`)
    return this.exit(trouble.kind === 'problems' ? exitCodes.usage : exitCodeForFailure(trouble.failure))
  }

  protected fail(failure: Failure): never {
    return this.complain({ kind: 'failure', failure })
  }

  /** How text for people looks on stdout. */
  protected get look(): Look {
    return lookFor({ isTTY: process.stdout.isTTY, env: process.env, now: currentInstant() })
  }

  protected print(text: string): void {
    process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
  }

  protected printJson(value: unknown): void {
    this.print(JSON.stringify(value, null, 2))
  }
}
