import { counted } from '../counted.js'
import { withDetail } from '../cut-output.js'
import type { FailureReason } from '../failure.js'
import { sizeWords } from '../machine.js'
import { say, type WordsFor } from './say.js'

/** Of the surroundings. */
export const surroundingsWords = {
  'disk-full': (failure) =>
    failure.detail === undefined
      ? say(`no space left on the disk for ${failure.path}`, 'Free some (orch clean helps), then: orch resume')
      : say(
          `no session starts, since the disk for ${failure.path} is nearly full (${failure.detail})`,
          'Free some (orch clean helps), or raise resources.diskMax, then: orch resume',
        ),
  'disk-short': (failure) =>
    say(
      `the worktrees of ${counted(failure.tasks, 'task')} need ${sizeWords(failure.needs)} and ${sizeWords(failure.free)} are free on the disk of ${failure.path}`,
      'Free some (orch clean helps), then: orch resume',
    ),
  'memory-short': (failure, { retry }) =>
    say(
      `its session was ended ${failure.times} times because the machine ran out of memory`,
      `Close what else runs, or set execution.concurrency to 1, then: ${retry}`,
    ),
  'filter-missing': (failure) =>
    say(
      `git passes files of this repository through a program that was not found: ${failure.command}`,
      'Install it (for Git LFS: https://git-lfs.com), then: orch resume',
    ),
  'state-unreadable': (failure) =>
    say(
      withDetail(`the saved state ${failure.path} cannot be read`, failure.detail),
      'Nothing was overwritten. orch doctor names all that is wrong; orch doctor --fix mends what can be mended, and keeps the old files',
    ),
  locked: (failure) => say(`another orch is at work here: ${failure.holder}`, 'Watch it with orch status; or end it first'),
  'limit-reached': (failure) =>
    say(`the account's limit is reached${failure.until === null ? '' : ` until ${failure.until}`}`, 'orch resume goes on after that'),
  interrupted: () => say('stopped on request', 'orch resume'),
  'lease-failed': (failure) =>
    say(
      withDetail('a worktree could not be given surroundings of its own', failure.detail),
      'Correct worktree.leases in .orchestratorrc.json, or free some ports, then: orch resume',
    ),
  internal: (failure) => say(`internal error: ${failure.detail}`, 'This is a bug in orch; please report it, with what orch logs says'),
} satisfies Partial<WordsFor<FailureReason>>
