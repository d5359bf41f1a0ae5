import type { AccountName } from '../../core/account.js'
import type { Config } from '../../core/config.js'
import type { Failure } from '../../core/failure.js'
import { noReach } from '../../core/leak.js'
import { ok, type Result } from '../../core/result.js'
import { noUsage, type SessionOutcome } from '../../core/session.js'
import type { Agent, SessionProgress, SessionRequest } from '../../engine/ports/agent.js'
import { classify } from './classify.js'
import { commandLine, permissionMode } from './command-line.js'
import { sessionEnvironment } from './environment.js'
import { type FoundProgram, findProgram } from './find-program.js'
import { Invocation } from './invocation.js'
import { endedByOrch } from './invocation-end.js'
import type { Redaction } from './output-reader.js'
import { type ProgramLaunch, type StartProgram, sessionLadder } from './program.js'
import { type Grounds, groundsOf, ReachGatherer } from './reach.js'
import { decideSandbox, type SandboxSupport } from './sandbox.js'
import { removeSandboxLeftovers } from './sandbox-leftovers.js'
import { outcomeOf } from './session-end.js'
import { usageOf } from './session-log.js'
import { hasConversation, readTranscript, Transcript, transcriptPath } from './transcript.js'

/** Everything that the driver is given. */
export interface ClaudeSetup {
  readonly agent: Config['agent']
  /** The program for reviews; null: `agent.command`. */
  readonly reviewCommand: string | null
  /** After its result a session must be gone within this, in milliseconds. */
  readonly killGraceMs: number
  /** Transcripts are kept in `sessions/` below it. */
  readonly runFolder: string
  /** Where a relative `agent.command` starts. */
  readonly projectFolder: string
  readonly inheritedEnv: Readonly<Record<string, string | undefined>>
  /** Variables that orch sets for git and the like. */
  readonly givenEnv: Readonly<Record<string, string>>
  /** What a named account adds; null: it is the login that the program finds by itself. */
  readonly accountEnv: (account: AccountName) => Readonly<Record<string, string>> | null
  /** Variables by what the machine bears; a person's own win. */
  readonly machineEnv: Readonly<Record<string, string>>
  readonly start: StartProgram
  /** Takes secrets out of whatever is written or shown. */
  readonly redaction: Redaction
  readonly sandboxSupport: () => Promise<SandboxSupport>
  readonly platform: NodeJS.Platform
  /** Epoch milliseconds. */
  readonly now: () => number
  /** The zone in which times without one are meant, as `Europe/Rome`. */
  readonly localZone: string
}

/** Claude Code, driven through its command line. */
export function claudeAgent(setup: ClaudeSetup): Agent {
  let support: Promise<SandboxSupport> | undefined
  const sandboxSupport = (): Promise<SandboxSupport> => {
    support ??= setup.sandboxSupport()
    return support
  }
  const once: ClaudeSetup = { ...setup, sandboxSupport }
  const running = new Map<string, Invocation>()
  return {
    run: (request, hear, stop) => runSession(once, { request, hear, stop, running }),
    freeze: async (session) => (await running.get(session)?.freeze()) ?? false,
    thaw: async (session) => running.get(session)?.thaw(),
    recall: async (session, step, number) => {
      const last = await readTranscript(transcriptPath(setup.runFolder, session, step), groundsFor(setup))
      const result = last?.log.lastResult ?? null
      // A session that was interrupted says so itself: it has not reached its end.
      if (last === null || result === null || last.log.number !== number || result.terminalReason?.startsWith('aborted_') === true)
        return null
      const { log } = last
      const { exitCode = null, signal = null, stderrTail = '' } = log.ended ?? {}
      const ending = { exitCode, signal, stderrTail, byOrch: endedByOrch(log.ended?.endedFor ?? null) }
      const limits = { idleMs: 0, timeoutMs: 0 }
      const end = classify(log, ending, { session, now: setup.now(), localZone: setup.localZone, ...limits })
      return { ...outcomeOf(end, usageOf(log, null), log.windows), reach: (await last.reach?.reach()) ?? noReach }
    },
    spent: async (session, step, since) => {
      const last = await readTranscript(transcriptPath(setup.runFolder, session, step), groundsFor(setup))
      return last === null || (last.log.startedAt ?? 0) < since ? null : usageOf(last.log, null)
    },
    knows: (session) => hasConversation(setup.runFolder, session),
  }
}

const groundsFor = (setup: ClaudeSetup): Grounds => groundsOf(setup.projectFolder, { ...setup.inheritedEnv, ...setup.agent.env })

interface Session {
  readonly request: SessionRequest
  readonly hear: (progress: SessionProgress) => void
  readonly stop: AbortSignal
  /** By session, those that run now. */
  readonly running: Map<string, Invocation>
}

async function runSession(setup: ClaudeSetup, { request, hear, stop, running }: Session): Promise<SessionOutcome> {
  if (stop.aborted) return { kind: 'stopped', usage: noUsage }
  const launch = await prepareLaunch(setup, request)
  if (!launch.ok) return { kind: 'failed', usage: noUsage, failure: launch.error, again: 'never' }
  const path = transcriptPath(setup.runFolder, request.session, request.step)
  const { session, step, number, resumes, cwd } = request
  const at = setup.now()
  // One that orch's own death cut off was never judged: what it reached for counts for the one that goes on.
  const before = resumes ? await readTranscript(path, groundsFor(setup)) : null
  const reach = before !== null && !before.isOver && before.reach !== null ? before.reach : new ReachGatherer(cwd, groundsFor(setup), at)
  let transcript: Transcript
  try {
    transcript = await Transcript.open(path, { session, step, number, resumes, cwd, at })
  } catch (error) {
    return { kind: 'failed', usage: noUsage, failure: unwritable(path, error), again: 'never' }
  }
  const invocation = new Invocation(request, {
    hear,
    redaction: setup.redaction,
    transcript,
    reach,
    unwritable: (error) => unwritable(path, error),
    lingerMs: setup.killGraceMs,
    command: commandFor(setup, request),
    demandedMode: setup.agent.sandbox === 'required' ? permissionMode(request, setup.agent) : null,
  })
  // Before as well: the last one may have been cut off together with orch.
  await removeSandboxLeftovers(request.cwd)
  running.set(request.session, invocation)
  const outcome = await invocation.run(() => setup.start(launch.value, (said) => invocation.heard(said)), stop, setup)
  running.delete(request.session)
  await removeSandboxLeftovers(request.cwd)
  return outcome
}

const commandFor = ({ agent, reviewCommand }: ClaudeSetup, { step }: SessionRequest): string =>
  step === 'review' ? (reviewCommand ?? agent.command) : agent.command

/** Everything that can be known to be wrong before anything is started. */
async function prepareLaunch(setup: ClaudeSetup, request: SessionRequest): Promise<Result<ProgramLaunch, Failure>> {
  const found = await findProgram(commandFor(setup, request), {
    env: setup.inheritedEnv,
    folder: setup.projectFolder,
    platform: setup.platform,
  })
  if (!found.ok) return found
  const sandboxed = decideSandbox(setup.agent.sandbox, await setup.sandboxSupport())
  if (!sandboxed.ok) return sandboxed
  return ok(launchOf(setup, request, { program: found.value, sandboxed: sandboxed.value }))
}

function launchOf(setup: ClaudeSetup, request: SessionRequest, by: { program: FoundProgram; sandboxed: boolean }): ProgramLaunch {
  return {
    file: by.program.file,
    args: [...by.program.before, ...commandLine(request, setup.agent, by.sandboxed)],
    shell: false,
    cwd: request.cwd,
    env: sessionEnvironment(request, setup.agent, {
      inherited: setup.inheritedEnv,
      given: setup.givenEnv,
      account: setup.accountEnv(request.account),
      machine: setup.machineEnv,
    }),
    marker: request.session,
    input: request.prompt,
    ladder: sessionLadder,
  }
}

const unwritable = (path: string, error: unknown): Failure =>
  (error as NodeJS.ErrnoException).code === 'ENOSPC'
    ? { reason: 'disk-full', path }
    : { reason: 'internal', detail: `the transcript ${path} cannot be written: ${(error as Error).message}` }
