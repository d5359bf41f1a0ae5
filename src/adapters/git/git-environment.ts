/** Variables of a process. */
export type Environment = Readonly<Record<string, string | undefined>>

/**
 * Configuration that holds for every git process of orch, whatever the repository and the person have set: no hook, no
 * monitor and no housekeeping is started, nothing is signed, texts come out as they are.
 */
export const gitConfig: readonly string[] = [
  'core.hooksPath=/dev/null',
  'core.fsmonitor=false',
  // Git's own default loses commits in a power cut.
  'core.fsync=committed,reference',
  // Worktrees lie deeper than the person's own checkout; Windows has a limit of 260 characters without it.
  'core.longPaths=true',
  'core.quotePath=false',
  // An agent's line ends are no reason to refuse its work.
  'core.safecrlf=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'commit.gpgsign=false',
  'protocol.ext.allow=never',
  'submodule.recurse=false',
  'color.ui=false',
  'log.showSignature=false',
  'i18n.commitEncoding=UTF-8',
  'i18n.logOutputEncoding=UTF-8',
]

/** What of the person's own git variables still holds: who they are and where their configuration lies. */
const inherited = new Set([
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_CEILING_DIRECTORIES',
  'GIT_DISCOVERY_ACROSS_FILESYSTEM',
  'GIT_AUTHOR_NAME',
  'GIT_AUTHOR_EMAIL',
  'GIT_COMMITTER_NAME',
  'GIT_COMMITTER_EMAIL',
])

/** Programs that git would start, and a variable that it takes for a folder: simple-git refuses to pass them on. */
const programs = new Set(['EDITOR', 'VISUAL', 'PAGER', 'PREFIX', 'SSH_ASKPASS'])

/** Of configuration given by the environment (containers do it), only what says whom to trust and who is speaking. */
const trusted = /^(safe\.directory|user\.(name|email))$/i

/** The environment of orch's own git processes: nothing that another program set for its git redirects them. */
export function gitEnvironment(environment: Environment): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    const upper = name.toUpperCase()
    const drop = programs.has(upper) || (upper.startsWith('GIT_') && !inherited.has(upper))
    if (value !== undefined && !drop) kept[name] = value
  }
  const entries = configEntries(environment).filter(([key]) => trusted.test(key))
  return { ...kept, ...asVariables(entries), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0' }
}

/**
 * What an agent's processes get on top of their environment, so that whatever commits they make survive a power cut
 * and no housekeeping starts in the repository that all of them share.
 */
export function agentGitEnvironment(environment: Environment): Readonly<Record<string, string>> {
  return asVariables([
    ...configEntries(environment),
    ['core.fsync', 'committed,reference'],
    ['gc.auto', '0'],
    ['maintenance.auto', 'false'],
  ])
}

type Entry = readonly [key: string, value: string]

function configEntries(environment: Environment): readonly Entry[] {
  const count = Number(environment['GIT_CONFIG_COUNT'] ?? 0)
  const entries: Entry[] = []
  for (let n = 0; Number.isSafeInteger(count) && n < count; n++) {
    const key = environment[`GIT_CONFIG_KEY_${n}`]
    if (key !== undefined) entries.push([key, environment[`GIT_CONFIG_VALUE_${n}`] ?? ''])
  }
  return entries
}

function asVariables(entries: readonly Entry[]): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(entries.length) }
  entries.forEach(([key, value], n) => {
    variables[`GIT_CONFIG_KEY_${n}`] = key
    variables[`GIT_CONFIG_VALUE_${n}`] = value
  })
  return variables
}
