import { listed } from './counted.js'
import type { Failure, FailureReason } from './failure.js'
import { agentWords } from './failure-words/agent.js'
import { planWords } from './failure-words/plan.js'
import { repositoryWords } from './failure-words/repository.js'
import { type FailureWords, say, type Typed, type WordsFor } from './failure-words/say.js'
import { surroundingsWords } from './failure-words/surroundings.js'
import { workWords } from './failure-words/work.js'

const words: WordsFor<FailureReason> = {
  ...agentWords,
  ...workWords,
  ...planWords,
  ...repositoryWords,
  ...surroundingsWords,
  'breaker-tripped': (failure) =>
    say(
      `${failure.count} sessions in a row failed for the same cause (${listed(failure.tasks)}), so no more are paid for: ${describeFailure(failure.cause).message}`,
      `See what it said: orch logs ${failure.tasks[0] ?? ''}; remove the cause, then: orch resume`,
    ),
}

/**
 * The only place where failures get words.
 * @param task whose failure it is, so that the hint is a command that can be typed as it stands; null: of the run
 */
export function describeFailure(failure: Failure, task: string | null = null): FailureWords {
  const typed = { task, logs: task === null ? 'orch logs' : `orch logs ${task}`, retry: `orch retry ${task ?? '<ID>'}` }
  // Each entry takes its own reason's failures, which the compiler cannot follow through the lookup.
  const wordsOf = words[failure.reason] as (failure: Failure, typed: Typed) => FailureWords
  return wordsOf(failure, typed)
}
