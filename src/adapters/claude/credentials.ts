type Environment = Readonly<Record<string, string | undefined>>

/** By which the program logs in; the first one that is set is the one that it uses. */
const credentialVariables = ['CLAUDE_CODE_OAUTH_TOKEN', 'ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'] as const

const providers = /^CLAUDE_CODE_(USE_(BEDROCK|VERTEX|FOUNDRY)|SKIP_(BEDROCK|VERTEX|FOUNDRY)_AUTH)$/

/** The environment of a named account: its own way to log in, and none of those that orch was started with. */
export function accountEnvironment(
  base: Readonly<Record<string, string>>,
  account: Readonly<Record<string, string>>,
): Record<string, string> {
  const isLogin = (name: string): boolean => credentialVariables.some((v) => v === name) || providers.test(name)
  return { ...Object.fromEntries(Object.entries(base).filter(([name]) => !isLogin(name))), ...account }
}

/** Where the program keeps its conversations, and a login by `/login`. */
export const configFolderOf = (env: Environment): string => env['CLAUDE_CONFIG_DIR'] ?? `${env['HOME'] ?? env['USERPROFILE'] ?? ''}/.claude`

/** Whether a plan pays (a login or its token), rather than a key for each call. */
export const isSubscription = (env: Environment): boolean =>
  has(env, 'CLAUDE_CODE_OAUTH_TOKEN') || !(has(env, 'ANTHROPIC_API_KEY') || has(env, 'ANTHROPIC_AUTH_TOKEN'))

/** Tells accounts apart. It holds the credential: to be hashed before it is written anywhere. */
export function accountIdentity(env: Environment): string {
  const used = credentialVariables.find((name) => has(env, name))
  return JSON.stringify([env['ANTHROPIC_BASE_URL'] ?? '', used === undefined ? configFolderOf(env) : (env[used] ?? '')])
}

const has = (env: Environment, name: string): boolean => (env[name] ?? '') !== ''
