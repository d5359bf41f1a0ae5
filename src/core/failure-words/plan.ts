import { listed } from '../counted.js'
import type { FailureReason } from '../failure.js'
import { shortCommit } from '../short-commit.js'
import { say, type WordsFor } from './say.js'

/** Of the plan. */
export const planWords = {
  'dependency-failed': (failure) => say(`it needs ${failure.on}, which did not get done`, `orch retry ${failure.on}`),
  'stage-failed': (failure) => say(`stage ${failure.stage} did not get done`, null),
  'milestones-invalid': (failure) =>
    say(
      `the milestone files have problems:\n${failure.problems.join('\n')}`,
      failure.isForAnotherRun === true
        ? 'What they need was added to a stage that has passed, so another run carries it out: orch run --new'
        : 'Correct them, then: orch resume',
    ),
  'base-red': (failure) =>
    say(
      `the checks fail before anything has begun, at ${shortCommit(failure.commit)}: ${listed(failure.commands)}`,
      'Nothing was paid for. Mend and commit it, or set execution.redBase to "go-on"; then: orch resume',
    ),
} satisfies Partial<WordsFor<FailureReason>>
