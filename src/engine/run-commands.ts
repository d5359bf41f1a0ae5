import type { Check, CheckResult } from '../core/check.js'
import type { WorkId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { ok, type Result } from '../core/result.js'
import { type Engine, stateOf } from './engine.js'

interface Order {
  readonly checks: readonly Check[]
  readonly path: string
  /** Begins the name of each command's output file in the run's records. */
  readonly name: string
  readonly untilFirstFailure: boolean
}

/** Runs commands one after the other in a worktree; a command that fails is a result, not bad news. */
export async function runCommands(engine: Engine, task: WorkId, order: Order): Promise<Result<CheckResult[], Failure>> {
  const results: CheckResult[] = []
  const leased = order.checks.length === 0 ? ok({}) : await engine.ports.leases.take(task, order.path)
  if (!leased.ok) return leased
  for (const [i, check] of order.checks.entries()) {
    engine.ports.listener.progressed({ type: 'command-running', task, command: check.command })
    const place = {
      cwd: order.path,
      name: `${task}/${order.name}-${i + 1}`,
      env: { ...leased.value, ORCH_RUN: stateOf(engine).run, ORCH_TASK: task },
    }
    const ran = await engine.watch.besideCommand(() => engine.ports.commands.run(check, place, engine.halt.hard))
    if (!ran.ok) return ran
    results.push({ ...ran.value, log: `checks/${place.name}.log` })
    if (!ran.value.passed && order.untilFirstFailure) break
  }
  return ok(results)
}
