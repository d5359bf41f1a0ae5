import { stat } from 'node:fs/promises'
import pLimit from 'p-limit'
import type { Check, CheckResult } from '../../core/check.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import type { Commands } from '../../engine/ports/commands.js'
import { CommandLog, type Redactor } from './command-log.js'

/** Starts a program in a group of its own and ends everything that carries its marker once it is gone. */
export type StartCommand = (
  launch: {
    /** The whole command line, as a person would type it. */
    readonly file: string
    readonly args: readonly string[]
    readonly shell: boolean
    readonly cwd: string
    readonly env: Readonly<Record<string, string>>
    readonly marker: string
    readonly input: string
    readonly ladder: { readonly interruptMs: number; readonly terminateMs: number }
  },
  ears: { stdout(chunk: Buffer): Promise<void>; stderr(chunk: Buffer): Promise<void> },
) => {
  /** Resolves when the command itself is gone; `ended` follows once its output is heard and its leftovers are ended. */
  readonly exited: Promise<unknown>
  readonly ended: Promise<CommandEnd>
  stop(): void
}

export type CommandEnd =
  | { readonly kind: 'exited'; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly kind: 'not-started'; readonly code: string; readonly message: string }

export interface ShellSetup {
  readonly start: StartCommand
  /** Where the output of a command of that name is kept. */
  readonly logFile: (name: string) => string
  /** The environment that orch was started in. */
  readonly inheritedEnv: Readonly<Record<string, string | undefined>>
  /** Everything that a command starts carries this marker, a slash and a number. */
  readonly marker: string
  readonly redactor: Redactor
  /** How many run at a time; the others wait, and their time limit with them. */
  readonly atOnce: number
}

type Place = Parameters<Commands['run']>[1]

const ladder = { interruptMs: 0, terminateMs: 5000 }
/** `setTimeout` fires at once beyond this. */
const longestTimer = 2 ** 31 - 1

/** Runs checks through the shell that people wrote them for. */
export function shellCommands(setup: ShellSetup): Commands {
  let started = 0
  const inTurn = pLimit(setup.atOnce)
  return {
    run: (check, place, stop) =>
      inTurn(async () => {
        if (stop.aborted) return err({ reason: 'interrupted' })
        started += 1
        return await runCommand(setup, { check, place, stop, marker: `${setup.marker}/command-${started}` })
      }),
  }
}

interface Task {
  readonly check: Check
  readonly place: Place
  readonly stop: AbortSignal
  readonly marker: string
}

async function runCommand(setup: ShellSetup, { check, place, stop, marker }: Task): Promise<Result<CheckResult, Failure>> {
  const path = setup.logFile(place.name)
  let log: CommandLog
  try {
    log = await CommandLog.open(path, setup.redactor)
  } catch (error) {
    return err(logFailure(path, error))
  }
  const began = performance.now()
  const writing = new Writing(log)
  const hear = (chunk: Buffer): Promise<void> => writing.add(chunk)
  const child = setup.start(
    {
      file: check.command,
      args: [],
      shell: true,
      cwd: place.cwd,
      env: commandEnvironment(setup.inheritedEnv, place.env),
      marker,
      input: '',
      ladder,
    },
    { stdout: hear, stderr: hear },
  )
  const limit = startLimit(check.timeoutMs, () => child.stop())
  const onStop = (): void => child.stop()
  stop.addEventListener('abort', onStop, { once: true })
  await child.exited
  limit.clear()
  const durationMs = Math.round(performance.now() - began)
  const end = await child.ended
  stop.removeEventListener('abort', onStop)
  const { output, digest } = await writing.finish()
  if (writing.failure !== null) return err(logFailure(path, writing.failure))
  if (end.kind === 'not-started') return err(await startFailure(place.cwd, end))
  if (stop.aborted && end.exitCode !== 0) return err({ reason: 'interrupted' })
  const { exitCode } = end
  const timedOut = limit.reached()
  return ok({
    command: check.command,
    passed: exitCode === 0 && !timedOut,
    exitCode: timedOut ? null : exitCode,
    timedOut,
    durationMs,
    output,
    digest,
  })
}

/** Two streams share one log: their chunks go in one after the other. A full disk is remembered, and the command goes on unheard. */
class Writing {
  failure: unknown = null
  #last: Promise<void> = Promise.resolve()

  constructor(private readonly log: CommandLog) {}

  add(chunk: Buffer): Promise<void> {
    this.#last = this.#last
      .then(() => this.log.write(chunk))
      .catch((error: unknown) => {
        this.failure ??= error
      })
    return this.#last
  }

  async finish(): Promise<{ output: string; digest: string }> {
    await this.#last
    try {
      return await this.log.close()
    } catch (error) {
      this.failure ??= error
      return { output: '', digest: '' }
    }
  }
}

function startLimit(timeoutMs: number, reach: () => void): { reached(): boolean; clear(): void } {
  let reached = false
  const timer = setTimeout(
    () => {
      reached = true
      reach()
    },
    Math.min(timeoutMs, longestTimer),
  )
  return { reached: () => reached, clear: () => clearTimeout(timer) }
}

/** Variables by which git, when orch is started from a hook, would lead a command to another repository. */
const leadsAstray = /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|PREFIX|NAMESPACE)$/

/** What agents wrote runs in here: it has no business with the account that pays for them. */
const paysForAgents = /^(ANTHROPIC_API_KEY|ANTHROPIC_AUTH_TOKEN|CLAUDE_CODE_OAUTH_TOKEN)$/

/** What a command is told: orch's own environment without the agents' login and what would lead it astray, `CI=true`, and what is given. */
export function commandEnvironment(
  inherited: Readonly<Record<string, string | undefined>>,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = Object.entries(inherited).filter(
    (e): e is [string, string] => e[1] !== undefined && !leadsAstray.test(e[0]) && !paysForAgents.test(e[0]),
  )
  return { ...Object.fromEntries(kept), CI: 'true', ...given }
}

async function startFailure(cwd: string, end: { code: string; message: string }): Promise<Failure> {
  const there = await stat(cwd).then(
    (s) => s.isDirectory(),
    () => false,
  )
  return {
    reason: 'internal',
    detail: there ? `a command could not be started (${end.code}): ${end.message}` : `the folder ${cwd} is gone`,
  }
}

const logFailure = (path: string, error: unknown): Failure =>
  (error as NodeJS.ErrnoException).code === 'ENOSPC'
    ? { reason: 'disk-full', path }
    : { reason: 'internal', detail: `the log ${path} cannot be written: ${(error as Error).message}` }
