import { listed } from '../counted.js'
import { withDetail } from '../cut-output.js'
import type { FailureReason } from '../failure.js'
import { shortCommit } from '../short-commit.js'
import { say, type WordsFor } from './say.js'

/** Of the repository, of an undo (of which nothing was done), and of pull requests. */
export const repositoryWords = {
  'git-failed': (failure) => say(withDetail(`git failed to ${failure.doing}`, failure.detail), null),
  'not-a-repository': (failure) =>
    say(`${failure.path} is not in a git repository`, 'Go to your project, or begin one: git init && git commit --allow-empty -m "Begin"'),
  'bare-repository': (failure) =>
    say(
      `${failure.path} is a bare repository, and agents need files`,
      'Clone it and run orch in the clone: git clone <this folder> <new folder>',
    ),
  'no-commits': () =>
    say(
      'this repository has no commits yet, so there is nothing to branch from',
      'Make the first one: git commit --allow-empty -m "Begin"',
    ),
  'detached-head': () =>
    say(
      'HEAD is detached, so there is no branch to bring the work to',
      'Go to a branch (git switch <branch>; end a rebase or bisect first), or set git.baseBranch in .orchestratorrc.json',
    ),
  'merge-program-missing': (failure) =>
    say(
      `the program "${failure.command}" of git.merge.structural was not found`,
      'Install it, or set git.merge.structural to "auto" or "off" in .orchestratorrc.json',
    ),
  'branch-missing': (failure) => say(`the branch ${failure.branch} does not exist`, 'git branch shows those that do'),
  'branch-moved': (failure) =>
    say(
      `the branch ${failure.branch} is no longer at ${shortCommit(failure.expected)}`,
      'Somebody moved it while orch worked; look at git log, then: orch resume',
    ),
  'checkout-in-the-way': (failure) =>
    say(
      `your checkout ${failure.path} holds changes that the merge would touch (${failure.detail}); the finished work stays on ${failure.branch}`,
      'Commit or move those changes aside, then: orch resume',
    ),
  'checkout-busy': (failure) =>
    say(
      `in your checkout ${failure.path} ${failure.detail}; the finished work stays on ${failure.branch}`,
      'Finish it or give it up (git status says how), then: orch resume',
    ),
  'base-conflict': (failure) =>
    say(
      `your own commits conflict with the finished stage in ${listed(failure.files)}; the finished work stays on ${failure.branch}`,
      `Merge it by hand (git merge ${failure.branch}), then: orch resume`,
    ),
  'undo-conflict': (failure) =>
    say(
      `stage ${failure.stage} cannot be taken back, since what came after it changed the same lines of ${listed(failure.files)}; nothing was moved`,
      'Undo the later changes first (orch undo without --stage undoes the last stage), or take it back by hand',
    ),
  'undo-red': (failure) =>
    say(
      `without it these would fail: ${listed(failure.commands)}; nothing was moved`,
      'Commit what makes them pass without it first, then: orch undo',
    ),
  'undo-in-the-way': (failure) =>
    say(
      `your checkout ${failure.path} is in the way (${failure.detail}); nothing was moved`,
      'Commit or move those changes aside, then: orch undo',
    ),
  'remote-missing': (failure) =>
    say(
      `there is no remote to publish ${failure.branch} on`,
      'git remote add origin <url>; the text and the commands by themselves: orch pr --print',
    ),
  'forge-unreachable': (failure) =>
    say(
      `pull requests on ${failure.host} need a login, and there is none`,
      'Log in with gh auth login (or glab auth login), or set GITHUB_TOKEN (GITLAB_TOKEN); the text and the commands by themselves: orch pr --print',
    ),
  'forge-failed': (failure) =>
    say(withDetail(`it was not possible to ${failure.doing}`, failure.detail), 'Again: orch pr; by hand: orch pr --print'),
  'pull-request-red': (failure) =>
    say(
      failure.failed.length > 0
        ? `checks of the pull request ${failure.url} failed: ${listed(failure.failed)}`
        : `checks of the pull request ${failure.url} did not end in time: ${listed(failure.pending)}`,
      'Look at them there, then: orch resume',
    ),
} satisfies Partial<WordsFor<FailureReason>>
