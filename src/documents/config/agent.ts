import { z } from 'zod'
import { defaultConfig as fallback } from '../../core/config.js'
import { fallbackCauses } from '../../core/policy/fallback.js'
import { dollars, group, oneOf, option, text, textOrNull, texts, variables, wholeNumber } from './options.js'

const { agent } = fallback

const fallbackRule = z.strictObject({
  on: option(z.array(oneOf(fallbackCauses), { error: `a list of ${fallbackCauses.join(', ')}` }), 'What it is for; absent: all of them.'),
  from: option(text, 'The model that it is for; absent: any.'),
  to: text.meta({ description: 'The model to go on with.' }),
})
const model = (what: string) => option(textOrNull, `The model for ${what}, if another than agent.model.`, null)
const logins: ReadonlySet<string> = new Set(['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN', 'CLAUDE_CODE_OAUTH_TOKEN'])
const inlineLogin = 'without keys and tokens: set them in the environment of orch, or name them in auth.accounts (keyFromEnv, keyFile)'

/** What the file may say of `agent`. */
export const agentSection = group(
  {
    command: option(text, 'The agent program; a path that ends in .js or .mjs is run with Node.', agent.command),
    args: option(
      z.array(z.string({ error: 'a text' }), { error: 'a list of arguments' }),
      'Arguments put before those that orch gives.',
      agent.args,
    ),
    model: option(textOrNull, "The model; null: the program's own choice.", agent.model),
    models: group(
      {
        implement: model('implementing'),
        review: model('reviewing'),
        remediate: model('mending what checks and reviews found'),
        resolve: model('resolving merge conflicts'),
      },
      'Models for single steps.',
    ),
    effort: option(textOrNull, "How hard the model thinks; null: the program's own choice.", agent.effort),
    permissionMode: option(oneOf(['acceptEdits', 'dontAsk', 'bypassPermissions']), 'What the agent may do unasked.', agent.permissionMode),
    sandbox: option(
      oneOf(['auto', 'off', 'required']),
      'Whether sessions run in a sandbox of the operating system: where there is one, never, or not without.',
      agent.sandbox,
    ),
    allow: option(texts('tool rules'), 'Tool rules that are allowed in addition.', agent.allow),
    deny: option(texts('tool rules'), 'Tool rules that are refused in addition.', agent.deny),
    allowedDomains: option(texts('domains'), 'Hosts that sessions in the sandbox may reach.', agent.allowedDomains),
    constraints: option(texts('sentences'), 'Rules of the project that every session is told.', agent.constraints),
    env: option(
      variables.refine((env) => !Object.keys(env).some((name) => logins.has(name)), { error: inlineLogin }),
      'Environment variables for sessions.',
      agent.env,
    ),
    settingSources: option(
      z.array(oneOf(['user', 'project', 'local']), { error: 'a list of user, project, local' }),
      "Which of the program's own settings files are read.",
      agent.settingSources,
    ),
    maxTurns: option(wholeNumber(1, 10_000).nullable(), 'The most turns of one session; null: no limit.', agent.maxTurns),
    budgetUsd: option(dollars, 'The most that one session may cost in US dollars; null: no limit.', agent.budgetUsd),
    fallback: option(
      z.array(fallbackRule, { error: 'a list of rules like { "on": ["overloaded"], "to": "sonnet" }' }),
      'Models to go on with when one does not serve: { on: [overloaded, limit, model-unknown], from, to }. A limit is one on that model alone.',
      agent.fallback,
    ),
  },
  'The program that does the work.',
)
