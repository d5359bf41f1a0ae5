import path from 'node:path'
import { accountAddress } from '../adapters/claude/account-address.js'
import { accountEnvironment, accountIdentity, configFolderOf, isSubscription } from '../adapters/claude/credentials.js'
import { configFileName } from '../adapters/files/config-file.js'
import { readSecretFile } from '../adapters/files/secret-file.js'
import { type Account, type AccountName, defaultAccount } from '../core/account.js'
import type { AccountSettings } from '../core/config.js'
import type { Problem } from '../core/problem.js'
import { err, ok, type Result } from '../core/result.js'
import { type AuthEntry, parseAuthFile, variableFor } from '../documents/auth-file.js'
import type { Project } from './project.js'

type Environment = Readonly<Record<string, string>>
type Inherited = Readonly<Record<string, string | undefined>>

/** The accounts that sessions may be paid by. Secrets are in `environments` and `identities` only. */
export interface Pool {
  /** In the order in which they take turns; at least one. */
  readonly accounts: readonly Account[]
  /** What a named account adds to the environment of its sessions; the login that the program finds by itself adds nothing. */
  readonly environments: ReadonlyMap<AccountName, Environment>
  readonly identities: ReadonlyMap<AccountName, string>
  /** What orch was started with, without the variables that hold an account's key: they are for that account alone. */
  readonly inherited: Inherited
  /** What must not be written anywhere beside the secrets in `environments`, as variables of an environment. */
  readonly secrets: Environment
}

/** The pool of a run without the real program: nobody pays. */
export const nobodyPays = (identity: string, inherited: Inherited): Pool => ({
  inherited,
  accounts: [{ name: defaultAccount, rank: 0, conversations: '' }],
  environments: new Map(),
  identities: new Map([[defaultAccount, identity]]),
  secrets: {},
})

/** Reads who pays from the config, the files that it names and the environment: all that is wrong at once. */
export async function readPool(project: Project): Promise<Result<Pool, readonly Problem[]>> {
  const { auth } = project.config
  const listed = await Promise.all(auth.accounts.map((account) => entryOf(project, account)))
  const filed = await entriesInFile(project)
  const problems = [...listed, filed].flatMap((read) => (read.ok ? [] : read.error))
  const entries = [...listed.flatMap((read) => (read.ok ? [read.value] : [])), ...(filed.ok ? filed.value : [])]
  if (problems.length === 0) problems.push(...namingProblems(entries))
  if (problems.length === 0 && auth.mode === 'api-keys-only' && entries.length === 0)
    problems.push(problemIn(configFileName, 'auth.mode is api-keys-only, and there is no account', 'List one in auth.accounts'))
  return problems.length > 0 ? err(problems) : ok(await poolOf(project, entries))
}

async function poolOf(project: Project, entries: readonly AuthEntry[]): Promise<Pool> {
  const { mode } = project.config.auth
  const inherited = withoutKeys(project)
  const base = withoutUndefined({ ...inherited, ...project.config.agent.env })
  const named = entries.map(({ name, env }) => ({ name, env: accountEnvironment(base, env) }))
  const all = mode === 'api-keys-only' ? named : [{ name: defaultAccount, env: base }, ...named]
  const rankOf = (env: Environment): number => (isSubscription(env) === (mode === 'api-keys-first') ? 1 : 0)
  const addresses = await Promise.all(all.map(({ env }) => accountAddress(env)))
  return {
    inherited,
    secrets: Object.fromEntries(addresses.flatMap((address, i) => (address === null ? [] : [[`ADDRESS_SECRET_${i}`, address]]))),
    accounts: all.map(({ name, env }) => ({ name, rank: mode === 'api-keys-only' ? 0 : rankOf(env), conversations: configFolderOf(env) })),
    environments: new Map(entries.map(({ name, env }) => [name, env])),
    identities: new Map(all.map(({ name, env }) => [name, accountIdentity(env)])),
  }
}

function withoutKeys({ config, surroundings }: Project): Inherited {
  const named = new Set(config.auth.accounts.map((account) => account.keyFromEnv))
  return Object.fromEntries(Object.entries(surroundings.env).filter(([name]) => !named.has(name)))
}

const withoutUndefined = (env: Readonly<Record<string, string | undefined>>): Environment =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))

const problemIn = (file: string, message: string, hint: string): Problem => ({ file, line: 1, column: 1, message, hint })

function namingProblems(entries: readonly AuthEntry[]): readonly Problem[] {
  const names = [defaultAccount, ...entries.map((entry) => entry.name)]
  const twice = [...new Set(names.filter((name, i) => names.indexOf(name) !== i))]
  const unfit = entries.filter((entry) => !/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/.test(entry.name))
  return [
    ...twice.map((name) =>
      problemIn('auth', `there are two accounts ${name}`, 'Give each a name of its own; "default" is the login of this machine'),
    ),
    // Not repeated here: such a name may be an address, or a key that stands in the wrong place.
    ...unfit.map(() =>
      problemIn('auth', 'the name of an account is not fit for logs', 'Letters, digits, - and _, at most 40: no addresses'),
    ),
  ]
}

/** One account of the config, its secret fetched. */
async function entryOf(project: Project, account: AccountSettings): Promise<Result<AuthEntry, readonly Problem[]>> {
  const { name, baseUrl, configDir } = account
  const env: Record<string, string> = { ...account.env }
  if (baseUrl !== null) env['ANTHROPIC_BASE_URL'] = baseUrl
  if (configDir !== null) env['CLAUDE_CONFIG_DIR'] = fromHome(project, configDir)
  const credential = await credentialOf(project, account)
  if (!credential.ok) return err([problemIn(configFileName, `the account ${name}: ${credential.error.message}`, credential.error.hint)])
  if (credential.value !== null) env[variableFor(credential.value, baseUrl !== null)] = credential.value
  return ok({ name, env })
}

interface Complaint {
  readonly message: string
  readonly hint: string
}

/** Null: it logs in by what is in its own `configDir`. */
async function credentialOf(project: Project, account: AccountSettings): Promise<Result<string | null, Complaint>> {
  const { keyFromEnv, keyFile, configDir } = account
  const { env, platform } = project.surroundings
  if (keyFromEnv !== null && keyFile !== null) return err({ message: 'both keyFromEnv and keyFile are given', hint: 'Give one of them' })
  if (keyFromEnv !== null) {
    const value = env[keyFromEnv]?.trim() ?? ''
    return value === '' ? err({ message: `the variable ${keyFromEnv} is not set`, hint: `export ${keyFromEnv}=...` }) : ok(value)
  }
  if (keyFile === null)
    return configDir === null ? err({ message: 'nothing says how it logs in', hint: 'Give keyFromEnv, keyFile or configDir' }) : ok(null)
  const file = fromHome(project, keyFile)
  const text = await readSecretFile(file, platform)
  if (!text.ok) return err({ message: `${keyFile}: ${text.error}`, hint: 'A file with a key is for its owner only' })
  const value = text.value?.trim() ?? ''
  return value === '' ? err({ message: `${keyFile} is not there or empty`, hint: 'Write the key into it, and nothing else' }) : ok(value)
}

function fromHome(project: Project, given: string): string {
  const { env } = project.surroundings
  const home = env['HOME'] ?? env['USERPROFILE'] ?? ''
  return given.startsWith('~/') ? path.join(home, given.slice(2)) : path.resolve(project.root, given)
}

const usualFiles = ['.orch', '.orchestrator', '.'].flatMap((folder) =>
  ['auth-configs.json', 'api-keys.json'].map((name) => path.join(folder, name)),
)

/** The accounts of `auth.file`, or of the first usual file that there is. */
async function entriesInFile(project: Project): Promise<Result<readonly AuthEntry[], readonly Problem[]>> {
  const { file } = project.config.auth
  for (const name of file === null ? usualFiles : [file]) {
    const place = fromHome(project, name)
    const text = await readSecretFile(place, project.surroundings.platform)
    if (!text.ok) return err([problemIn(name, text.error, 'A file with keys is for its owner only')])
    if (text.value === null) continue
    if (await isTracked(project, place))
      return err([problemIn(name, 'git tracks this file, and it holds keys', `git rm --cached ${name}, and make new keys`)])
    return parseAuthFile({ file: name, text: text.value })
  }
  return file === null ? ok([]) : err([problemIn(file, 'there is no such file', 'Correct auth.file')])
}

async function isTracked(project: Project, file: string): Promise<boolean> {
  const listed = await project.git.run({ doing: 'look for a file', args: ['ls-files', '--', file], cwd: project.root })
  return listed.ok && listed.value.stdout.trim() !== ''
}
