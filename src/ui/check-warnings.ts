import { listed } from '../core/counted.js'
import { shortCommit } from '../core/short-commit.js'
import { oneLine } from './harmless.js'
import type { StageStatus, StatusJson } from './status-shape.js'

/** What a person should know about their checks although the work goes on: red before anything began, or flaky. One line each. */
export const checkWarnings = (status: StatusJson): readonly string[] =>
  status.stages.flatMap((stage) => [...baseWarning(stage), ...flakyWarnings(stage)])

function baseWarning({ stage, base }: StageStatus): readonly string[] {
  if (base === null || base.failing.length === 0) return []
  return [oneLine(`red before stage ${stage} began, at ${shortCommit(base.commit)}: ${listed(base.failing)}`)]
}

/** One line for each command, however often and wherever it was. */
function flakyWarnings({ stage, flaky, tasks }: StageStatus): readonly string[] {
  const where = [...flaky.map((command) => ({ command, of: `stage ${stage}` })), ...tasks.flatMap(flakyOf)]
  const commands = [...new Set(where.map((w) => w.command))]
  return commands.map((command) => {
    const places = where.filter((w) => w.command === command).map((w) => w.of)
    return oneLine(`flaky, failed and then passed on the same commit: ${command} (${listed(places)})`)
  })
}

const flakyOf = ({ id, flaky }: StageStatus['tasks'][number]) => flaky.map((command) => ({ command, of: id }))
