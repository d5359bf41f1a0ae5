import { counted, duration, money, tokenCount } from './amounts.js'
import { oneLine } from './harmless.js'
import type { Look } from './look.js'
import { localTime, until } from './moment.js'
import { nextLine } from './next-commands.js'
import type { RunStateName, StageStateName, StatusJson } from './status-json.js'
import type { RowMood } from './step-word.js'
import { sign, taskTable } from './task-table.js'

/** `orch status` for people: what `--json` says, in words. */
export function statusText(status: StatusJson, look: Look): string {
  const stages = status.stages.flatMap((stage) => [
    '',
    `${sign(stageMood[stage.state], look)} ${look.colours.strong(`Stage ${stage.stage}`)}  ${stage.state}`,
    ...taskTable(stage.tasks, look),
  ])
  const end = [totalsLine(status), waitLine(status, look), nextLine(status)].filter((line) => line !== null)
  return [headline(status, look), ...stages, '', ...end].join('\n')
}

const stageMood: Readonly<Record<StageStateName, RowMood>> = {
  pending: 'pending',
  running: 'working',
  merging: 'working',
  done: 'done',
  failed: 'failed',
}
const runMood: Readonly<Record<RunStateName, RowMood>> = {
  running: 'working',
  waiting: 'waiting',
  paused: 'waiting',
  done: 'done',
  failed: 'failed',
  interrupted: 'waiting',
}

function headline(status: StatusJson, look: Look): string {
  const { run } = status
  if (run === null) return status.totals.tasks === 0 ? 'No run yet, and no milestones.' : 'No run yet. This is the plan:'
  const began = Date.parse(run.startedAt)
  const time =
    run.endedAt === null
      ? `started ${localTime(began, look)}`
      : `${localTime(began, look)} to ${localTime(Date.parse(run.endedAt), look)} (${duration(Date.parse(run.endedAt) - began)})`
  return `${sign(runMood[run.state], look)} ${look.colours.strong(`Run ${run.id}`)}  ${run.state}, on ${oneLine(run.baseBranch)}, ${time}`
}

function totalsLine({ run, totals }: StatusJson): string {
  if (run === null) return counted(totals.tasks, 'task')
  const failed = totals.failed === 0 ? '' : `, ${totals.failed} failed`
  const tokens = `${tokenCount(totals.tokens.input)} tokens in, ${tokenCount(totals.tokens.output)} out`
  return `${totals.merged} of ${counted(totals.tasks, 'task')} merged${failed}; ${money(totals.costUsd)} (${tokens})`
}

function waitLine({ wait }: StatusJson, look: Look): string | null {
  if (wait === null) return null
  const when = wait.until === null ? '' : ` until ${until(Date.parse(wait.until), look)}`
  return look.colours.busy(`waiting for ${waitWords[wait.reason]}${when}: ${oneLine(wait.detail)}`)
}

const waitWords = { limit: 'the limit', resources: 'the machine', budget: 'a budget', approval: 'your approval' } as const
