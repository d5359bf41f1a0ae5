import type { CheckResult } from '../../../src/core/check.js'
import { err, ok } from '../../../src/core/result.js'
import type { Commands } from '../../../src/engine/ports/commands.js'
import { aCheckResult } from '../work.js'
import type { Dice } from './dice.js'
import { passes } from './ground-rules.js'
import type { Life } from './life.js'
import { sameTree } from './memory-git.js'
import type { Universe } from './universe.js'

/** Commands as one life of orch runs them: by the files of the worktree at the moment when they end. */
export function livingCommands(universe: Universe, life: Life, dice: Dice): Commands {
  const { clock, evidence } = universe
  return {
    run: (check, { cwd }, stop) =>
      life.deed(`running ${check.command}`, async () => {
        evidence.commandsRunning++
        await clock.pass(dice.whole(100, dice.pick([2000, 60_000])), life, stop)
        evidence.commandsRunning--
        if (stop.aborted) return err({ reason: 'interrupted' })
        return ok(resultOf(universe, check.command, cwd, dice))
      }),
  }
}

function resultOf(universe: Universe, command: string, cwd: string, dice: Dice): CheckResult {
  const { scenario, worktrees, weather, log } = universe
  const files = worktrees.get(cwd)?.files ?? {}
  const isEntry = command.startsWith('entry')
  const isGreen = isEntry ? !dice.chance(weather.entryUnmet) : passes(scenario.rules, command, files)
  // A setup that fails now and then fails its task for good, so it must not do so often.
  const isFlaky = dice.chance(command === 'setup' ? weather.flaky / 10 : isEntry ? 0 : weather.flaky)
  const passed = isGreen && !isFlaky
  noteResult(universe, command, cwd, passed)
  log.add(`${command} in ${cwd}: ${passed ? 'green' : isGreen ? 'red, flaky' : 'red'}`)
  if (isFlaky && dice.chance(0.2)) return { ...aCheckResult({ command, passed: false }), exitCode: null, timedOut: true }
  return aCheckResult({ command, passed })
}

/** What was seen of a commit, where the worktree held exactly that. */
function noteResult({ worktrees, git, evidence }: Universe, command: string, cwd: string, passed: boolean): void {
  const place = worktrees.get(cwd)
  if (place === undefined) return
  const head = (place.branch === null ? undefined : git.branches.get(place.branch)) ?? place.head
  if (!sameTree(place.files, git.get(head).tree)) return
  if (passed) evidence.passed.add(`${head} ${command}`)
  else evidence.passed.delete(`${head} ${command}`)
}
