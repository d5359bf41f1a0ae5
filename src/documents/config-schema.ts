import { z } from 'zod'
import { defaultConfig as fallback } from '../core/config.js'
import { agentSection } from './config/agent.js'
import { authSection } from './config/auth.js'
import { budgetSection } from './config/budget.js'
import { executionSection } from './config/execution.js'
import { gitSection } from './config/git.js'
import { healthSection } from './config/health.js'
import { command, filePath, group, option, path } from './config/options.js'
import { rateLimitSection } from './config/rate-limit.js'
import { resourcesSection } from './config/resources.js'
import { reviewSection } from './config/review.js'
import { worktreeSection } from './config/worktree.js'

/** What `.orchestratorrc.json` may say. Each key is optional; keys that are not here are refused. */
export const configSchema = z.strictObject(
  {
    $schema: option(z.string({ error: 'a text' }), 'Where editors find the schema of this file.'),
    milestones: group({ dir: option(path, 'The folder with the milestone files.', fallback.milestones.dir) }, 'The plan.'),
    tasksFile: option(filePath, 'Where the state of all tasks is written.', fallback.tasksFile),
    checks: option(
      z.array(command, { error: 'a list of commands' }),
      'Commands that must pass before and after every merge.',
      fallback.checks,
    ),
    git: gitSection,
    worktree: worktreeSection,
    execution: executionSection,
    agent: agentSection,
    review: reviewSection,
    rateLimit: rateLimitSection,
    auth: authSection,
    budget: budgetSection,
    resources: resourcesSection,
    health: healthSection,
  },
  { error: 'an object: { … }' },
)

/** The config as it is written in the file. */
export type ConfigFile = z.output<typeof configSchema>

/** The JSON schema of `.orchestratorrc.json`, for editors. */
export function renderConfigSchema(): string {
  const title = 'The settings of orch (.orchestratorrc.json)'
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input', target: 'draft-7' })
  return `${JSON.stringify({ $schema, title, ...schema }, null, 2)}\n`
}
