import type { Config } from '../core/config.js'
import type { Problem } from '../core/problem.js'
import { err, ok, type Result } from '../core/result.js'

type Environment = Readonly<Record<string, string | undefined>>

/** What one variable changes; null: its value cannot be read. */
type Override = (config: Config, value: string) => Config | null

const overrides: Readonly<Record<string, { readonly apply: Override; readonly expected: string }>> = {
  AUTO_RESUME: {
    expected: 'true or false',
    apply: (config, value) => {
      const autoResume = yesOrNo(value)
      return autoResume === null ? null : { ...config, rateLimit: { ...config.rateLimit, autoResume } }
    },
  },
  ORCH_CONCURRENCY: {
    expected: '"auto" or a whole number from 1 to 200',
    apply: (config, value) => {
      if (value !== 'auto' && !/^(?:[1-9]\d?|1\d\d|200)$/.test(value)) return null
      return { ...config, execution: { ...config.execution, concurrency: value === 'auto' ? null : Number(value) } }
    },
  },
  ORCH_MODEL: { expected: 'a model', apply: (config, model) => ({ ...config, agent: { ...config.agent, model } }) },
  ORCH_AGENT_COMMAND: { expected: 'a program', apply: (config, command) => ({ ...config, agent: { ...config.agent, command } }) },
}

/** The environment goes before the file. A variable that is empty counts as absent. */
export function withEnvironment(config: Config, environment: Environment): Result<Config, readonly Problem[]> {
  const problems: Problem[] = []
  let result = config
  for (const [name, { apply, expected }] of Object.entries(overrides)) {
    const value = environment[name]?.trim() ?? ''
    if (value === '') continue
    const changed = apply(result, value)
    if (changed !== null) result = changed
    else
      problems.push({
        file: 'environment',
        line: 1,
        column: 1,
        message: `${name} must be ${expected}, not ${JSON.stringify(value)}`,
        hint: `Set it right, or: unset ${name}`,
      })
  }
  return problems.length > 0 ? err(problems) : ok(result)
}

function yesOrNo(value: string): boolean | null {
  if (/^(?:true|1|yes|on)$/i.test(value)) return true
  return /^(?:false|0|no|off)$/i.test(value) ? false : null
}
