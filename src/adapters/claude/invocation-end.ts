import { stat } from 'node:fs/promises'
import type { Failure } from '../../core/failure.js'
import type { Again, SessionOutcome, Usage } from '../../core/session.js'
import type { SessionRequest } from '../../engine/ports/agent.js'
import { classify, type EndedByOrch } from './classify.js'
import type { InvocationSetup } from './invocation.js'
import type { ProgramEnd } from './program.js'
import { outcomeOf } from './session-end.js'
import type { SessionLog } from './session-log.js'
import type { ToolUse } from './stream-event.js'
import { toolWords } from './tool-words.js'
import type { WatchdogCause } from './watchdogs.js'

/** Why the driver itself ended the program. */
export type EndedFor = WatchdogCause | EndedByOrch | 'other-permissions' | 'unwritable'

/** What is known of an invocation whose program is gone. */
interface InvocationEnd {
  /** Its words without secrets. */
  readonly end: ProgramEnd
  readonly log: SessionLog
  readonly endedFor: EndedFor | null
  /** The tool that ran when it fell silent; null: none did, or it never fell silent. */
  readonly hungIn: ToolUse | null
  /** Why its transcript could not be written, where that ended it. */
  readonly writeError: unknown
  readonly usage: Usage
  /** Epoch milliseconds. */
  readonly now: number
  readonly localZone: string
}

type Demands = Pick<InvocationSetup, 'command' | 'demandedMode' | 'unwritable'>

/** Judges the end of an invocation: what orch knows of it itself goes before and after what the program said. */
export async function judgeEnd(over: InvocationEnd, request: SessionRequest, demands: Demands): Promise<SessionOutcome> {
  const { end, log, endedFor, usage, now, localZone } = over
  const failed = (failure: Failure, again: Again): SessionOutcome => ({ kind: 'failed', usage, failure, again })
  if (end.kind === 'not-started') return failed(...(await startFailure(end, request, demands.command)))
  if (endedFor === 'other-permissions') return failed(wrongPermissions(log, demands.demandedMode), 'never')
  const { session, timeoutMs } = request
  const circumstances = { session, timeoutMs, ...silence(request, over.hungIn), now, localZone }
  const judged = classify(log, { ...end, byOrch: endedByOrch(endedFor) }, circumstances)
  // Work that was reported as finished must not be paid for twice, even where its end could not be written down.
  if (endedFor === 'unwritable' && judged.kind !== 'finished') return failed(demands.unwritable(over.writeError), 'never')
  return outcomeOf(judged, usage, log.windows)
}

/** Which silence was too long, and in what. */
function silence({ idleMs, toolIdleMs, cwd }: SessionRequest, hungIn: ToolUse | null): { idleMs: number; hungIn: string | null } {
  return hungIn === null ? { idleMs, hungIn } : { idleMs: toolIdleMs, hungIn: toolWords(hungIn, cwd) }
}

const wrongPermissions = ({ permissionMode }: SessionLog, demandedMode: string | null): Failure => ({
  reason: 'agent-misconfigured',
  detail: `it runs with the permission mode "${permissionMode}" instead of "${demandedMode}", so its settings did not take effect`,
})

type NotStarted = ProgramEnd & { readonly kind: 'not-started' }

async function startFailure({ code, message }: NotStarted, { resumes, cwd }: SessionRequest, command: string): Promise<[Failure, Again]> {
  const again = resumes ? 'resume' : 'fresh'
  if (code === 'EAGAIN' || code === 'EMFILE' || code === 'ENFILE' || code === 'ENOMEM')
    return [{ reason: 'agent-crashed', detail: `no room for another process (${code})` }, again]
  if (code !== 'ENOENT') return [{ reason: 'agent-misconfigured', detail: `${code}: ${message}` }, 'never']
  const folderIsThere = await stat(cwd).then(
    (s) => s.isDirectory(),
    () => false,
  )
  if (!folderIsThere) return [{ reason: 'internal', detail: `the worktree ${cwd} is gone` }, again]
  return [{ reason: 'agent-missing', command }, 'never']
}

/** The other causes take nothing from what the program said, or are judged before. */
export const endedByOrch = (cause: string | null): EndedByOrch | null =>
  cause === 'stop' || cause === 'silent' || cause === 'timed-out' || cause === 'login-refused' || cause === 'paid-extra' ? cause : null
