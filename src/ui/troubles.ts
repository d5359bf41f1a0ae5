import type { FailureReason } from '../core/failure.js'
import { indented, oneLine } from './harmless.js'
import type { FailureStatus, StatusJson } from './status-shape.js'

/** These the rows, the countdown and the commands to type say better. */
const saidElsewhere = new Set<FailureReason>(['interrupted', 'limit-reached', 'approval-missing'])

/** What stopped the run or a stage, each followed by an empty line, unless a task's row has said it already. */
export function troubles(status: StatusJson): readonly string[] {
  const said = new Set(status.stages.flatMap((s) => s.tasks).flatMap((t) => t.failure?.message ?? []))
  const lines: string[] = []
  for (const failure of [...status.stages.map((s) => s.failure), status.run?.failure ?? null]) {
    if (failure === null || saidElsewhere.has(failure.reason)) continue
    if (!said.has(failure.message)) lines.push(...troubleLines(failure), '')
    said.add(failure.message)
  }
  return lines
}

const troubleLines = ({ message, hint }: FailureStatus): readonly string[] => [
  indented(message, ''),
  ...(hint === null ? [] : [indented(oneLine(hint), '  ')]),
]
