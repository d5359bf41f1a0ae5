import type { Check } from './check.js'
import type { Config } from './config.js'
import type { Work } from './work.js'

/**
 * The commands that must pass for a task, or for the given tasks together: the config's, each milestone's own,
 * each exit criterion that is a command, and what failed on a combination before. Each once.
 */
export function checksFor(works: readonly Work[], config: Config): readonly Check[] {
  const checks = new Map<string, Check>()
  const add = (command: string, timeoutMs: number): void => {
    if (!checks.has(command)) checks.set(command, { command, timeoutMs })
  }
  for (const check of config.checks) add(check.command, check.timeoutMs)
  for (const work of works) {
    for (const command of work.milestone?.checks ?? []) add(command, config.execution.checkTimeoutMs)
    for (const criterion of work.milestone?.criteria ?? [])
      if (criterion.command !== null) add(criterion.command, config.execution.checkTimeoutMs)
    for (const command of work.alsoChecks) add(command, config.execution.checkTimeoutMs)
  }
  return [...checks.values()]
}
