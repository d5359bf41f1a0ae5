import type { StatusJson, TaskStatus } from './status-shape.js'

/** What to type now, one command after the other; empty when nothing is left to do. */
export function nextCommands(status: StatusJson): readonly string[] {
  const tasks = status.stages.flatMap((stage) => stage.tasks)
  if (status.run === null) return tasks.length === 0 ? ['orch init'] : ['orch run']
  if (status.stages.some((stage) => stage.undone)) return ['orch run']
  const approvals = tasks.filter((t) => t.waitingFor?.reason === 'approval').map((t) => `orch approve ${t.id}`)
  switch (status.run.state) {
    case 'running':
    case 'waiting':
      return approvals
    case 'done':
      return status.run.rehearsal && inTrouble(tasks).length === 0 ? ['orch run'] : afterTrouble(tasks)
    case 'failed':
    case 'paused':
      return approvals.length > 0
        ? [...approvals, 'orch resume']
        : [...afterTrouble(tasks), ...(inTrouble(tasks).length === 0 ? ['orch resume'] : [])]
    case 'interrupted':
      return ['orch resume']
  }
}

const inTrouble = (tasks: readonly TaskStatus[]): readonly TaskStatus[] => tasks.filter((t) => t.state === 'failed' || t.state === 'parked')

/** Of several the first is named: its logs, then another try. */
function afterTrouble(tasks: readonly TaskStatus[]): readonly string[] {
  const [first] = inTrouble(tasks)
  return first === undefined ? [] : [`orch logs ${first.id}`, `orch retry ${first.id}`]
}

/** The last line of a text, `next: orch logs 1B, then orch retry 1B`; null when there is nothing to type. */
export const nextLine = (status: StatusJson): string | null => {
  const commands = nextCommands(status)
  return commands.length === 0 ? null : `next: ${commands.join(', then ')}`
}
