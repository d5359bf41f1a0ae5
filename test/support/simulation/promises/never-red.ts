import { wholeOf } from '../../../../src/core/fact.js'
import type { RunState } from '../../../../src/core/run-state.js'
import type { Evidence, MainMove } from '../evidence.js'
import { commandsOf, passes } from '../ground-rules.js'
import type { Kept } from './promise.js'

/** The person's branch only ever moves to a commit on which everything passed, after the merge. */
export const neverRed: Kept = ({ moves, evidence }) => moves.flatMap((move) => (move.by === 'person' ? [] : whyRed(move, evidence)))

function whyRed({ to, state }: MainMove, { git, scenario, passed }: Evidence): readonly string[] {
  const stage = state?.stages.find((s) => state.work[wholeOf(s.stage)]?.head === to)
  if (state === null || stage === undefined) return [`main moved to ${to}, which no stage stands at`]
  return [...commandsFor(state, stage.tasks, scenario.config.checks)].flatMap((command) => {
    if (!passes(scenario.rules, command, git.get(to).tree)) return [`main is red: ${command} fails on ${to}`]
    return passed.has(`${to} ${command}`) ? [] : [`nobody saw ${command} pass on ${to}`]
  })
}

function commandsFor(state: RunState, tasks: readonly string[], checks: readonly { command: string }[]): ReadonlySet<string> {
  const merged = tasks.flatMap((id) => (state.work[id]?.mergeCommit == null ? [] : (state.work[id]?.milestone ?? [])))
  return new Set([...checks.map((c) => c.command), ...merged.flatMap(commandsOf)])
}
