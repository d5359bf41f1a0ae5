import { z } from 'zod'
import { defaultConfig as fallback } from '../../core/config.js'
import { isSecretName } from '../../core/secret-name.js'
import { group, oneOf, option, text, textOrNull, variables } from './options.js'

const { auth } = fallback

const inlineSecret = 'no secret: keep it in an environment variable (keyFromEnv) or in a file of mode 600 (keyFile)'
const variableError = 'the name of an environment variable, never the key itself'
const account = z.strictObject(
  {
    name: z
      .string({ error: 'a name' })
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/, { error: 'made of letters, digits, - and _, at most 40; it is written into logs' }),
    keyFromEnv: option(
      z.string({ error: variableError }).regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: variableError }),
      'The environment variable that holds its key or token; sessions are not given it by that name.',
    ),
    keyFile: option(text, 'A file of mode 600 that holds its key or token.'),
    baseUrl: option(z.url({ error: 'a URL' }), 'Where its service is, if not where the agent program looks.'),
    configDir: option(text, 'The folder in which the agent program keeps its login and conversations (CLAUDE_CONFIG_DIR).'),
    env: option(
      variables.refine((env) => Object.keys(env).every((name) => !isSecretName(name)), { error: inlineSecret }),
      'Further environment variables of its sessions.',
    ),
  },
  { error: 'an account: { "name": "work", "keyFromEnv": "WORK_KEY" }' },
)

/** What the file may say of `auth`. */
export const authSection = group(
  {
    mode: option(
      oneOf(['oauth', 'api-keys-first', 'api-keys-only']),
      'Who pays: logins before keys, keys before logins, or only the accounts that are listed here or in auth.file.',
      auth.mode,
    ),
    file: option(
      textOrNull,
      'A file of mode 600 with accounts, outside of git; null: auth-configs.json or api-keys.json in .orch, .orchestrator or the top folder.',
      auth.file,
    ),
    accounts: option(
      z.array(account, { error: 'a list of accounts: [{ "name": "work", "keyFromEnv": "WORK_KEY" }]' }),
      'Accounts beside the login that the agent program finds by itself; docs/limits.md says what each may hold.',
      auth.accounts,
    ),
  },
  'The accounts that sessions are paid by.',
)
