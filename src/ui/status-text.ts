import { counted } from '../core/counted.js'
import { duration, money, tokenCount } from './amounts.js'
import { checkWarnings } from './check-warnings.js'
import { oneLine } from './harmless.js'
import type { Look } from './look.js'
import { localTime, until } from './moment.js'
import { nextLine } from './next-commands.js'
import type { RunStateName, StageStateName, StageStatus, StatusJson } from './status-shape.js'
import type { RowMood } from './step-word.js'
import { sign, taskTable } from './task-table.js'
import { troubles } from './troubles.js'

/** `orch status` for people: what `--json` says, in words. */
export function statusText(status: StatusJson, look: Look): string {
  const all = status.stages.flatMap((stage) => stage.tasks)
  const stages = status.stages.flatMap((stage) => ['', stageLine(status, stage, look), ...taskTable(stage.tasks, look, all)])
  const end = [totalsLine(status), waitLine(status, look), nextLine(status)].filter((line) => line !== null)
  return [headline(status, look), ...stages, '', ...troubles(status), ...checkWarnings(status), ...end].join('\n')
}

/** A stage that nobody carries out any more is not running, whatever was saved last. */
function stageLine({ run }: StatusJson, { stage, state }: StageStatus, look: Look): string {
  const stopped = (state === 'running' || state === 'merging') && run?.state !== 'running' && run?.state !== 'waiting'
  const title = look.colours.strong(`Stage ${stage}`)
  return `${sign(stopped ? 'waiting' : stageMood[state], look)} ${title}  ${stopped ? 'unfinished' : state}`
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
  const name = look.colours.strong(`${run.rehearsal ? 'Rehearsal' : 'Run'} ${run.id}`)
  const branch = run.rehearsal ? '' : `, on ${oneLine(run.baseBranch)}`
  return `${sign(runMood[run.state], look)} ${name}  ${run.state}${branch}, ${times(began, run, look)}`
}

function times(began: number, { endedAt, state }: { endedAt: string | null; state: RunStateName }, look: Look): string {
  if (endedAt !== null)
    return `${localTime(began, look)} to ${localTime(Date.parse(endedAt), look)} (${duration(Date.parse(endedAt) - began)})`
  const goesOn = state === 'running' || state === 'waiting'
  return `started ${localTime(began, look)}${goesOn ? ` (${duration(look.now - began)} ago)` : ''}`
}

function totalsLine({ run, totals }: StatusJson): string {
  if (run === null) return counted(totals.tasks, 'task')
  const failed = totals.failed === 0 ? '' : `, ${totals.failed} failed`
  const tokens = `${tokenCount(totals.tokens.input)} tokens in, ${tokenCount(totals.tokens.output)} out`
  return `${totals.merged} of ${counted(totals.tasks, 'task')} merged${failed}; ${totals.estimatedUsd > 0 ? 'about ' : ''}${money(totals.costUsd)} (${tokens})`
}

function waitLine({ wait }: StatusJson, look: Look): string | null {
  if (wait === null) return null
  const when = wait.until === null ? '' : ` until ${until(Date.parse(wait.until), look)}`
  return look.colours.busy(`waiting for ${waitWords[wait.reason]}${when}: ${oneLine(wait.detail)}`)
}

const waitWords = { limit: 'the limit', resources: 'the machine', budget: 'a budget', approval: 'your approval' } as const
