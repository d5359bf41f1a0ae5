import { budgetHint, budgetMessage } from './budget-hint.js'
import { counted, listed } from './counted.js'
import { withDetail, withOutput } from './cut-output.js'
import type { Failure } from './failure.js'
import { sizeWords } from './machine.js'
import { unreachable } from './result.js'
import { shortCommit } from './short-commit.js'
import type { TakeOver } from './take-over.js'
import { unresolvedWords } from './unresolved-words.js'

/** A failure in words: what happened, and what to type or do next. */
export interface FailureWords {
  readonly message: string
  readonly hint: string | null
  /** To be typed one after the other at the top of the repository, where more than a hint is needed; absent: none. */
  readonly commands?: readonly string[]
}

const failed = (commands: readonly string[], rounds: number): string =>
  rounds === 0
    ? `these fail: ${listed(commands)}`
    : `after ${counted(rounds, 'round')} of remediation these still fail: ${listed(commands)}`

const unavailable = {
  overloaded: "the model's service is overloaded",
  'server-error': "the model's service did not answer",
  network: "the model's service could not be reached",
} as const

function describeSilence({ silentMs, tool }: Failure & { reason: 'agent-silent' }, logs: string, retry: string): FailureWords {
  const seconds = Math.round(silentMs / 1000)
  const limit = tool == null ? 'health.stuckAfter' : 'health.toolTimeout'
  return {
    message: `the agent gave no sign of life for ${seconds} s${tool == null ? '' : ` while it ran ${tool}`}, and was ended`,
    hint: `See what it did: ${logs}; ${limit} sets the limit; then: ${retry}`,
  }
}

function refusalWords({ files, outside, lostTests }: Failure & { reason: 'resolution-refused' }): string {
  const why = [
    ...(lostTests.length === 0 ? [] : [`tests that one side added are gone: ${listed(lostTests)}`]),
    ...(outside.length === 0 ? [] : [`files outside of the conflict were changed without a reason: ${listed(outside)}`]),
  ]
  return `the agent's resolution of the merge conflict in ${listed(files)} is refused: ${why.join('; ')}; both sides are kept`
}

/** What a person types to resolve a conflict themselves; between the first and the second line they edit. */
function takenOver({ message }: FailureWords, takeOver: TakeOver | undefined, task: string | null): FailureWords {
  const retry = `orch retry ${task ?? '<ID>'}`
  if (takeOver === undefined) return { message, hint: `Resolve it on the task's branch by hand, then: ${retry}` }
  const { worktree, branch, stageBranch } = takeOver
  return {
    message: `${message}, on ${branch} and ${stageBranch}`,
    hint: `Take over in ${worktree}: merge, edit what stands between the markers, commit, then have it checked and merged`,
    commands: [`git -C ${worktree} merge ${stageBranch}`, `git -C ${worktree} commit --all --no-edit`, retry],
  }
}

/**
 * The only place where failures get words.
 * @param task whose failure it is, so that the hint is a command that can be typed as it stands; null: of the run
 */
export function describeFailure(failure: Failure, task: string | null = null): FailureWords {
  const say = (message: string, hint: string | null = null): FailureWords => ({ message, hint })
  const logs = task === null ? 'orch logs' : `orch logs ${task}`
  const retry = `orch retry ${task ?? '<ID>'}`
  switch (failure.reason) {
    case 'agent-missing':
      return say(
        `the agent program "${failure.command}" was not found`,
        'Install Claude Code (npm install -g @anthropic-ai/claude-code), or set agent.command in .orchestratorrc.json, or try without an account: orch run --rehearse',
      )
    case 'agent-misconfigured':
      return say(
        withDetail('the agent program refused to start', failure.detail),
        'Check agent.* in .orchestratorrc.json, then: orch doctor',
      )
    case 'agent-crashed':
      return say(withDetail('the agent program ended in the middle of its work', failure.detail), `See what it said: ${logs}`)
    case 'agent-without-result':
      return say(`the agent program ended (exit status ${failure.exitCode ?? 'none'}) without a result`, `See what it said: ${logs}`)
    case 'agent-refused':
      return say(withDetail('the agent reported an error', failure.detail), `See what it said: ${logs}`)
    case 'agent-silent':
      return describeSilence(failure, logs, retry)
    case 'agent-timed-out':
      return say(
        `the agent took longer than ${Math.round(failure.limitMs / 1000)} s and was ended`,
        'execution.taskTimeout, or timeout in the milestone, sets the limit',
      )
    case 'session-lost':
      return say(`the agent no longer knows the session ${failure.session}`)
    case 'service-unavailable':
      return say(withDetail(unavailable[failure.cause ?? 'server-error'], failure.detail), 'Once it does: orch resume')
    case 'login-refused':
      return say(
        withDetail('the login was refused', failure.detail),
        'Log in again (claude setup-token, or claude and /login), then: orch resume',
      )
    case 'billing-refused':
      return say(withDetail('the account cannot pay for this', failure.detail), 'Settle it with the provider, then: orch resume')
    case 'model-unknown':
      return say(
        withDetail('the model is unknown to the service', failure.detail),
        'Correct agent.model (or model in the milestone), then: orch resume',
      )
    case 'budget-reached':
      return say(budgetMessage(failure), budgetHint(failure, retry))
    case 'context-too-long':
      return say(withDetail("the conversation grew past the model's context", failure.detail), 'Cut the milestone into smaller ones')
    case 'empty-diff':
      return say(
        'the agent says that it is done, and nothing was changed',
        'If that is right for this milestone, write allowEmpty: true in its frontmatter',
      )
    case 'permission-refused':
      return say(
        `nothing was changed, as the agent was refused all that it asked for: ${listed(failure.tools)}`,
        `Allow it in agent.allow, or agent.permissionMode, of .orchestratorrc.json, then: ${retry}`,
      )
    case 'setup-failed':
      return say(
        withOutput(`the setup command failed: ${failure.command}`, failure.output),
        'Correct worktree.setup in .orchestratorrc.json',
      )
    case 'entry-requirement-unmet':
      return say(withOutput(`an entry requirement is not met: ${failure.command}`, failure.output), `See to it, then: ${retry}`)
    case 'checks-failed':
      return say(failed(failure.commands, failure.rounds), `Read the output with ${logs}; mend the cause or the milestone, then: ${retry}`)
    case 'review-unresolved':
      return say(unresolvedWords(failure), `Read the review with ${logs}; mend the work or the milestone, then: ${retry}`)
    case 'review-unreadable':
      return say(
        withDetail('the review could not be read as one, so nothing is approved', failure.detail),
        `See what it said: ${logs}; then: ${retry}`,
      )
    case 'review-not-readonly':
      return say(
        `the review changed files, so it approves nothing: ${listed(failure.files)}; they were put back, and its changes are kept below refs/orch/kept`,
        'See what it said: orch logs; then: orch retry',
      )
    case 'remediation-without-change':
      return say(`the agent was told what is wrong (${failure.cause}) and changed nothing`, `See what it said: ${logs}; then: ${retry}`)
    case 'conflict-unresolved':
      return takenOver(
        say(`the merge conflict in ${listed(failure.files)} could not be resolved; both sides are kept`),
        failure.takeOver,
        task,
      )
    case 'resolution-refused':
      return takenOver(say(refusalWords(failure)), failure.takeOver, task)
    case 'forbidden-file-committed':
      return say(
        `files that must never be committed were committed: ${listed(failure.files)}`,
        'They are named by git.envFiles; the branch is kept and will not be merged',
      )
    case 'approval-missing':
      return say('a person must approve this before the merge', `orch approve ${task ?? '<ID>'}, then: orch resume`)
    case 'leaked-outside-worktree':
      return say(
        `its session ${failure.session} wrote outside of its worktree, in ${failure.where}: ${listed(failure.files)}; nothing was undone, and the change is kept in ${failure.patch}`,
        `Look at the change and undo what you do not want (git apply -R ${failure.patch} helps), then: orch retry`,
      )
    case 'changed-from-outside':
      return say(
        `its worktree or branch was changed from outside while ${listed(failure.tasks)} worked: ${listed(failure.files)}; nothing was undone, and the change is kept in ${failure.patch}`,
        'Look at the change, then: orch retry',
      )
    case 'dependency-failed':
      return say(`it needs ${failure.on}, which did not get done`, `orch retry ${failure.on}`)
    case 'base-red':
      return say(
        `the checks fail before anything has begun, at ${shortCommit(failure.commit)}: ${listed(failure.commands)}`,
        'Nothing was paid for. Mend and commit it, or set execution.redBase to "go-on"; then: orch resume',
      )
    case 'stage-failed':
      return say(`stage ${failure.stage} did not get done`, null)
    case 'milestones-invalid':
      return say(
        `the milestone files have problems:\n${failure.problems.join('\n')}`,
        failure.isForAnotherRun === true
          ? 'What they need was added to a stage that has passed, so another run carries it out: orch run --new'
          : 'Correct them, then: orch resume',
      )
    case 'git-failed':
      return say(withDetail(`git failed to ${failure.doing}`, failure.detail), null)
    case 'not-a-repository':
      return say(
        `${failure.path} is not in a git repository`,
        'Go to your project, or begin one: git init && git commit --allow-empty -m "Begin"',
      )
    case 'bare-repository':
      return say(
        `${failure.path} is a bare repository, and agents need files`,
        'Clone it and run orch in the clone: git clone <this folder> <new folder>',
      )
    case 'no-commits':
      return say(
        'this repository has no commits yet, so there is nothing to branch from',
        'Make the first one: git commit --allow-empty -m "Begin"',
      )
    case 'detached-head':
      return say(
        'HEAD is detached, so there is no branch to bring the work to',
        'Go to a branch (git switch <branch>; end a rebase or bisect first), or set git.baseBranch in .orchestratorrc.json',
      )
    case 'merge-program-missing':
      return say(
        `the program "${failure.command}" of git.merge.structural was not found`,
        'Install it, or set git.merge.structural to "auto" or "off" in .orchestratorrc.json',
      )
    case 'branch-missing':
      return say(`the branch ${failure.branch} does not exist`, 'git branch shows those that do')
    case 'branch-moved':
      return say(
        `the branch ${failure.branch} is no longer at ${shortCommit(failure.expected)}`,
        'Somebody moved it while orch worked; look at git log, then: orch resume',
      )
    case 'checkout-in-the-way':
      return say(
        `your checkout ${failure.path} holds changes that the merge would touch (${failure.detail}); the finished work stays on ${failure.branch}`,
        'Commit or move those changes aside, then: orch resume',
      )
    case 'checkout-busy':
      return say(
        `in your checkout ${failure.path} ${failure.detail}; the finished work stays on ${failure.branch}`,
        'Finish it or give it up (git status says how), then: orch resume',
      )
    case 'base-conflict':
      return say(
        `your own commits conflict with the finished stage in ${listed(failure.files)}; the finished work stays on ${failure.branch}`,
        `Merge it by hand (git merge ${failure.branch}), then: orch resume`,
      )
    case 'undo-conflict':
      return say(
        `stage ${failure.stage} cannot be taken back, since what came after it changed the same lines of ${listed(failure.files)}; nothing was moved`,
        'Undo the later changes first (orch undo without --stage undoes the last stage), or take it back by hand',
      )
    case 'undo-red':
      return say(
        `without it these would fail: ${listed(failure.commands)}; nothing was moved`,
        'Commit what makes them pass without it first, then: orch undo',
      )
    case 'undo-in-the-way':
      return say(
        `your checkout ${failure.path} is in the way (${failure.detail}); nothing was moved`,
        'Commit or move those changes aside, then: orch undo',
      )
    case 'remote-missing':
      return say(
        `there is no remote to publish ${failure.branch} on`,
        'git remote add origin <url>; the text and the commands by themselves: orch pr --print',
      )
    case 'forge-unreachable':
      return say(
        `pull requests on ${failure.host} need a login, and there is none`,
        'Log in with gh auth login (or glab auth login), or set GITHUB_TOKEN (GITLAB_TOKEN); the text and the commands by themselves: orch pr --print',
      )
    case 'forge-failed':
      return say(withDetail(`it was not possible to ${failure.doing}`, failure.detail), 'Again: orch pr; by hand: orch pr --print')
    case 'pull-request-red':
      return say(
        failure.failed.length > 0
          ? `checks of the pull request ${failure.url} failed: ${listed(failure.failed)}`
          : `checks of the pull request ${failure.url} did not end in time: ${listed(failure.pending)}`,
        'Look at them there, then: orch resume',
      )
    case 'disk-full':
      return failure.detail === undefined
        ? say(`no space left on the disk for ${failure.path}`, 'Free some (orch clean helps), then: orch resume')
        : say(
            `no session starts, since the disk for ${failure.path} is nearly full (${failure.detail})`,
            'Free some (orch clean helps), or raise resources.diskMax, then: orch resume',
          )
    case 'disk-short':
      return say(
        `the worktrees of ${counted(failure.tasks, 'task')} need ${sizeWords(failure.needs)} and ${sizeWords(failure.free)} are free on the disk of ${failure.path}`,
        'Free some (orch clean helps), then: orch resume',
      )
    case 'memory-short':
      return say(
        `its session was ended ${failure.times} times because the machine ran out of memory`,
        `Close what else runs, or set execution.concurrency to 1, then: ${retry}`,
      )
    case 'filter-missing':
      return say(
        `git passes files of this repository through a program that was not found: ${failure.command}`,
        'Install it (for Git LFS: https://git-lfs.com), then: orch resume',
      )
    case 'state-unreadable':
      return say(
        withDetail(`the saved state ${failure.path} cannot be read`, failure.detail),
        'Nothing was overwritten. orch doctor names all that is wrong; orch doctor --fix mends what can be mended, and keeps the old files',
      )
    case 'locked':
      return say(`another orch is at work here: ${failure.holder}`, 'Watch it with orch status; or end it first')
    case 'limit-reached':
      return say(
        `the account's limit is reached${failure.until === null ? '' : ` until ${failure.until}`}`,
        'orch resume goes on after that',
      )
    case 'interrupted':
      return say('stopped on request', 'orch resume')
    case 'breaker-tripped':
      return say(
        `${failure.count} sessions in a row failed for the same cause (${listed(failure.tasks)}), so no more are paid for: ${describeFailure(failure.cause).message}`,
        `See what it said: orch logs ${failure.tasks[0] ?? ''}; remove the cause, then: orch resume`,
      )
    case 'lease-failed':
      return say(
        withDetail('a worktree could not be given surroundings of its own', failure.detail),
        'Correct worktree.leases in .orchestratorrc.json, or free some ports, then: orch resume',
      )
    case 'internal':
      return say(`internal error: ${failure.detail}`, 'This is a bug in orch; please report it, with what orch logs says')
    default:
      return unreachable(failure)
  }
}
