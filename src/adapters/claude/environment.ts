import type { Config } from '../../core/config.js'
import type { SessionRequest } from '../../engine/ports/agent.js'
import { accountEnvironment } from './credentials.js'

type Variables = Readonly<Record<string, string>>
type Environment = Readonly<Record<string, string | undefined>>

/**
 * Variables of an outer Claude Code session, which would make the program think that it runs inside of itself; and those by
 * which git, when orch is started from a hook, would be led to another repository.
 */
const dropped = [
  /^CLAUDECODE$/,
  /^CLAUDE_CODE_/,
  /^CLAUDE_PID$/,
  /^ORCH_(RUN|TASK|STEP|ATTEMPT|ROUND|MARKER|PORT|PORTS)$/,
  /^GIT_(DIR|WORK_TREE|INDEX_FILE|COMMON_DIR|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|PREFIX|NAMESPACE)$/,
]

/** How a person logs in, reaches the service or makes the program work at all. */
const kept =
  /^CLAUDE_CODE_(OAUTH_TOKEN|USE_BEDROCK|USE_VERTEX|USE_FOUNDRY|SKIP_(BEDROCK|VERTEX|FOUNDRY)_AUTH|MAX_RETRIES|GIT_BASH_PATH|CLIENT_(CERT|KEY|KEY_PASSPHRASE))$/

/** What makes the program fit for running unattended; a person's own setting wins. */
const unattended: Readonly<Record<string, string>> = {
  // A server left running would keep the program alive for minutes and bring a second result.
  CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
  // All worktrees of a repository would share one memory.
  CLAUDE_CODE_DISABLE_AUTO_MEMORY: '1',
  // Ten retries take three minutes; orch waits better, without holding a slot.
  CLAUDE_CODE_MAX_RETRIES: '5',
  CLAUDE_CODE_STARTUP_FAILURE_RESULTS: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  DISABLE_AUTOUPDATER: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
}

/**
 * The whole environment of a session. What starts it adds `ORCH_MARKER`.
 * @param from.given variables that orch itself sets for git and the like
 * @param from.account variables of the account that pays; null: the login that the program finds by itself
 * @param from.machine variables by what the machine bears
 */
export function sessionEnvironment(
  request: SessionRequest,
  agent: Config['agent'],
  from: { readonly inherited: Environment; readonly given: Variables; readonly account: Variables | null; readonly machine: Variables },
): Record<string, string> {
  const everyones = { ...inheritable(from.inherited), ...agent.env }
  const own = from.account === null ? everyones : accountEnvironment(everyones, from.account)
  return withoutSecondLogin({
    ...unattended,
    ...from.machine,
    ...own,
    ...nodeOptions(from.machine, own),
    ...from.given,
    ...request.env,
    ORCH_RUN: request.run,
    ORCH_TASK: request.task,
    ORCH_STEP: request.step,
    [request.step === 'review' ? 'ORCH_ROUND' : 'ORCH_ATTEMPT']: String(request.number),
  })
}

/** Node takes the last of two options that say different things: a person's own stand last. */
function nodeOptions(machine: Variables, own: Variables): Variables {
  const both = [machine['NODE_OPTIONS'], own['NODE_OPTIONS']].filter((options) => options !== undefined && options.trim() !== '')
  return both.length === 0 ? {} : { NODE_OPTIONS: both.join(' ') }
}

function inheritable(inherited: Environment): Record<string, string> {
  const entries = Object.entries(inherited).filter(
    (e): e is [string, string] => e[1] !== undefined && (kept.test(e[0]) || !dropped.some((pattern) => pattern.test(e[0]))),
  )
  return Object.fromEntries(entries)
}

/** Where both are set a key always wins over the login, and the account that a person meant to use is not the one that pays. */
function withoutSecondLogin(env: Record<string, string>): Record<string, string> {
  if ((env['CLAUDE_CODE_OAUTH_TOKEN'] ?? '') === '') return env
  const { ANTHROPIC_API_KEY: _dropped, ...rest } = env
  return rest
}
