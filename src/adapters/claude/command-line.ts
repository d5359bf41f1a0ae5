import type { Config } from '../../core/config.js'
import type { SessionRequest } from '../../engine/ports/agent.js'

/** The program's own default depends on the kind of login, so one is always named. */
export const defaultModel = 'sonnet'

const workerTools = ['Bash', 'Read', 'Edit', 'Write', 'Glob', 'Grep']
const reviewerTools = ['Bash', 'Read', 'Glob', 'Grep']
const reviewerAllows = ['Read', 'Glob', 'Grep', 'Bash(git diff:*)', 'Bash(git log:*)', 'Bash(git show:*)', 'Bash(git status:*)']

/**
 * What an agent is refused by default: secrets, and the git commands that reach beyond its own worktree. A filter against
 * mistakes, not a wall: the wall is the sandbox. An entry of `agent.allow` takes the same entry out of this list.
 */
export const defaultDenials: readonly string[] = [
  'Read(./.env)',
  'Read(./.env.*)',
  'Read(~/.ssh/**)',
  'Read(~/.aws/**)',
  'Read(~/.gnupg/**)',
  'Read(~/.config/gh/**)',
  'Read(~/.netrc)',
  'Read(~/.npmrc)',
  'Bash(git push:*)',
  'Bash(git remote:*)',
  'Bash(git config:*)',
  'Bash(git worktree:*)',
  'Bash(git stash:*)',
  'Bash(git update-ref:*)',
  'Bash(git gc:*)',
  'Bash(git prune:*)',
  'Bash(git reflog expire:*)',
]

/** What the commands that a reviewer is allowed could write with. */
const reviewerDenials = ['Bash(git * --output*)', 'Bash(git * --ext-diff*)']

/** Folders of secrets that no command in the sandbox may read. */
const unreadable = ['~/.ssh', '~/.aws', '~/.gnupg', '~/.config/gh', '~/.netrc']
const loginVariables = ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN']

/** What a session may cost and do, as the program's arguments. The prompt is not among them: it goes by standard input. */
export function commandLine(request: SessionRequest, agent: Config['agent'], sandboxed: boolean): string[] {
  const isReview = request.answerSchema !== null
  return [
    '-p',
    ...['--output-format', 'stream-json', '--verbose', '--include-partial-messages'],
    ...[request.resumes ? '--resume' : '--session-id', request.session],
    ...['--model', request.model ?? agent.models[request.step] ?? agent.model ?? defaultModel],
    ...['--permission-mode', permissionMode(request, agent)],
    ...['--tools', toolNames(isReview ? reviewerTools : workerTools, isReview ? [] : agent.allow).join(',')],
    ...['--allowedTools', ...(isReview ? reviewerAllows : ['Bash', ...agent.allow])],
    ...['--setting-sources', agent.settingSources.join(',')],
    '--strict-mcp-config',
    ...['--settings', JSON.stringify(settings(agent, { sandboxed, isReview }))],
    ...option('--effort', request.effort ?? agent.effort),
    ...option('--max-turns', agent.maxTurns),
    ...option('--max-budget-usd', request.budgetUsd ?? agent.budgetUsd),
    ...option('--fallback-model', (request.fallbackModels ?? []).join(',') || null),
    ...option('--json-schema', isReview ? JSON.stringify(request.answerSchema) : null),
    ...agent.args,
  ]
}

/** A reviewer may only read, whatever workers may. */
export const permissionMode = (request: SessionRequest, agent: Config['agent']): string =>
  request.answerSchema === null ? agent.permissionMode : 'dontAsk'

const option = (flag: string, value: string | number | null): string[] => (value === null ? [] : [flag, String(value)])

/** What is allowed must exist: `WebFetch(domain:x.org)` needs the tool `WebFetch`. */
function toolNames(basic: readonly string[], allowed: readonly string[]): string[] {
  const named = allowed.map((rule) => /^[A-Z]\w*/.exec(rule)?.[0]).filter((name) => name !== undefined)
  return [...new Set([...basic, ...named])]
}

function settings(agent: Config['agent'], kind: { sandboxed: boolean; isReview: boolean }): object {
  const always = kind.isReview ? reviewerDenials : []
  const deny = [...defaultDenials.filter((rule) => !agent.allow.includes(rule)), ...always, ...agent.deny]
  return {
    ...(kind.sandboxed ? { sandbox: sandboxSettings(agent, kind.isReview) } : {}),
    permissions: { deny },
    // orch commits, and its trailers say who worked.
    attribution: { commit: '', pr: '' },
  }
}

function sandboxSettings(agent: Config['agent'], isReview: boolean): object {
  return {
    enabled: true,
    // Left out, the program would run without a sandbox when it cannot make one.
    failIfUnavailable: true,
    // A sandboxed worktree can still be written to: a reviewer runs only what it is allowed by name.
    autoAllowBashIfSandboxed: !isReview,
    allowUnsandboxedCommands: false,
    network: { allowedDomains: isReview ? [] : agent.allowedDomains },
    filesystem: { denyRead: unreadable },
    credentials: { envVars: loginVariables.map((name) => ({ name, mode: 'deny' })) },
  }
}
