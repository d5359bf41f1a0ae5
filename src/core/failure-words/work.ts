import { counted, listed } from '../counted.js'
import { withDetail, withOutput } from '../cut-output.js'
import type { Failure, FailureReason } from '../failure.js'
import type { TakeOver } from '../take-over.js'
import { unresolvedWords } from '../unresolved-words.js'
import { type FailureWords, say, type WordsFor } from './say.js'

const failed = (commands: readonly string[], rounds: number): string =>
  rounds === 0
    ? `these fail: ${listed(commands)}`
    : `after ${counted(rounds, 'round')} of remediation these still fail: ${listed(commands)}`

function refusalWords({ files, outside, lostTests }: Failure & { reason: 'resolution-refused' }): string {
  const why = [
    ...(lostTests.length === 0 ? [] : [`tests that one side added are gone: ${listed(lostTests)}`]),
    ...(outside.length === 0 ? [] : [`files outside of the conflict were changed without a reason: ${listed(outside)}`]),
  ]
  return `the agent's resolution of the merge conflict in ${listed(files)} is refused: ${why.join('; ')}; both sides are kept`
}

/** What a person types to resolve a conflict themselves; between the first and the second line they edit. */
function takenOver({ message }: FailureWords, takeOver: TakeOver | undefined, retry: string): FailureWords {
  if (takeOver === undefined) return { message, hint: `Resolve it on the task's branch by hand, then: ${retry}` }
  const { worktree, branch, stageBranch } = takeOver
  return {
    message: `${message}, on ${branch} and ${stageBranch}`,
    hint: `Take over in ${worktree}: merge, edit what stands between the markers, commit, then have it checked and merged`,
    commands: [`git -C ${worktree} merge ${stageBranch}`, `git -C ${worktree} commit --all --no-edit`, retry],
  }
}

/** Of what came of the work. */
export const workWords = {
  'empty-diff': () =>
    say(
      'the agent says that it is done, and nothing was changed',
      'If that is right for this milestone, write allowEmpty: true in its frontmatter',
    ),
  'permission-refused': (failure, { retry }) =>
    say(
      `nothing was changed, as the agent was refused all that it asked for: ${listed(failure.tools)}`,
      `Allow it in agent.allow, or agent.permissionMode, of .orchestratorrc.json, then: ${retry}`,
    ),
  'setup-failed': (failure) =>
    say(withOutput(`the setup command failed: ${failure.command}`, failure.output), 'Correct worktree.setup in .orchestratorrc.json'),
  'entry-requirement-unmet': (failure, { retry }) =>
    say(withOutput(`an entry requirement is not met: ${failure.command}`, failure.output), `See to it, then: ${retry}`),
  'checks-failed': (failure, { logs, retry }) =>
    say(failed(failure.commands, failure.rounds), `Read the output with ${logs}; mend the cause or the milestone, then: ${retry}`),
  'review-unresolved': (failure, { logs, retry }) =>
    say(unresolvedWords(failure), `Read the review with ${logs}; mend the work or the milestone, then: ${retry}`),
  'review-unreadable': (failure, { logs, retry }) =>
    say(
      withDetail('the review could not be read as one, so nothing is approved', failure.detail),
      `See what it said: ${logs}; then: ${retry}`,
    ),
  'review-not-readonly': (failure, { logs, retry }) =>
    say(
      `the review changed files, so it approves nothing: ${listed(failure.files)}; they were put back, and its changes are kept below refs/orch/kept`,
      `See what it said: ${logs}; then: ${retry}`,
    ),
  'remediation-without-change': (failure, { logs, retry }) =>
    say(`the agent was told what is wrong (${failure.cause}) and changed nothing`, `See what it said: ${logs}; then: ${retry}`),
  'conflict-unresolved': (failure, { retry }) =>
    takenOver(say(`the merge conflict in ${listed(failure.files)} could not be resolved; both sides are kept`), failure.takeOver, retry),
  'resolution-refused': (failure, { retry }) => takenOver(say(refusalWords(failure)), failure.takeOver, retry),
  'forbidden-file-committed': (failure) =>
    say(
      `files that must never be committed were committed: ${listed(failure.files)}`,
      'They are named by git.envFiles; the branch is kept and will not be merged',
    ),
  'approval-missing': (_failure, { task }) =>
    say('a person must approve this before the merge', `orch approve ${task ?? '<ID>'}, then: orch resume`),
  'leaked-outside-worktree': (failure, { retry }) =>
    say(
      `its session ${failure.session} wrote outside of its worktree, in ${failure.where}: ${listed(failure.files)}; nothing was undone, and the change is kept in ${failure.patch}`,
      `Look at the change and undo what you do not want (git apply -R ${failure.patch} helps), then: ${retry}`,
    ),
  'changed-from-outside': (failure, { retry }) =>
    say(
      `its worktree or branch was changed from outside while ${listed(failure.tasks)} worked: ${listed(failure.files)}; nothing was undone, and the change is kept in ${failure.patch}`,
      `Look at the change, then: ${retry}`,
    ),
} satisfies Partial<WordsFor<FailureReason>>
