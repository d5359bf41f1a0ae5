import { z } from 'zod'
import type { Problem } from '../core/problem.js'
import { err, ok, type Result } from '../core/result.js'

/** An account as `auth-configs.json` or `api-keys.json` tells of it: the environment holds its secret. */
export interface AuthEntry {
  readonly name: string
  readonly env: Readonly<Record<string, string>>
}

const text = z.string().trim().min(1)
const keyed = z.looseObject({
  name: text.optional(),
  env: z.record(z.string(), z.string()).optional(),
  key: text.optional(),
  apiKey: text.optional(),
})
const list = z.array(z.union([text, keyed]))
const file = z.union([
  list,
  z.object({ accounts: list }).transform((o) => o.accounts),
  z.object({ configs: list }).transform((o) => o.configs),
  z.object({ keys: list }).transform((o) => o.keys),
  z.object({ apiKeys: list }).transform((o) => o.apiKeys),
])

/** By what a credential begins with: a token of `claude setup-token`, a key of the API, or anything of another provider. */
export function variableFor(credential: string, hasBaseUrl: boolean): string {
  if (credential.startsWith('sk-ant-oat')) return 'CLAUDE_CODE_OAUTH_TOKEN'
  return hasBaseUrl && !credential.startsWith('sk-ant-') ? 'ANTHROPIC_AUTH_TOKEN' : 'ANTHROPIC_API_KEY'
}

/**
 * Reads the lists of accounts that earlier programs of this kind used: objects of `name` and `env`, plain keys, objects with a
 * `key` or `apiKey`, each list bare or wrapped in `accounts`, `configs`, `keys` or `apiKeys`. No message repeats what the file holds.
 */
export function parseAuthFile(source: { readonly file: string; readonly text: string }): Result<readonly AuthEntry[], readonly Problem[]> {
  const problem = (message: string): Result<readonly AuthEntry[], readonly Problem[]> =>
    err([{ file: source.file, line: 1, column: 1, message, hint: '[{ "name": "work", "env": { "ANTHROPIC_API_KEY": "..." } }]' }])
  let content: unknown
  try {
    content = JSON.parse(source.text.replace(/^\uFEFF/, ''))
  } catch {
    return problem('this is no JSON')
  }
  const parsed = file.safeParse(content)
  return parsed.success ? ok(parsed.data.map(entryOf)) : problem('this is no list of accounts')
}

function entryOf(entry: z.output<typeof list>[number], index: number): AuthEntry {
  const name = `key-${index + 1}`
  if (typeof entry === 'string') return { name, env: { [variableFor(entry, false)]: entry } }
  const env = entry.env ?? {}
  const key = entry.key ?? entry.apiKey
  const credential = key === undefined ? {} : { [variableFor(key, 'ANTHROPIC_BASE_URL' in env)]: key }
  return { name: entry.name ?? name, env: { ...env, ...credential } }
}
