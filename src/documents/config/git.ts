import { z } from 'zod'
import { defaultConfig as fallback } from '../../core/config.js'
import { filePath, group, limit, oneOf, option, text, textOrNull, wholeNumber, yesOrNo } from './options.js'

const { git } = fallback

const mergeOrder =
  'When approved tasks are combined and checked: "plan" in the order of their names once the stage has nothing else to do, "finished" as they finish, while others still work. Your branch moves once for each stage, always.'
const structural =
  'What is tried on files in conflict before an agent is: "auto" for mergiraf if it is on the PATH, "off", or a program that takes the same arguments (merge BASE LEFT RIGHT -o OUT -p PATH).'
const pullRequests =
  'What is pushed and shown as a pull request once a stage has landed: nothing ("off"), the "stage", or each "task" of it. Only branches of orch are pushed, never yours.'
const checksThere =
  'How long the checks of a pull request are waited for, those that the branch requires or else all; when they fail, the run stops before the next stage. null: not at all.'

/** What the file may say of `git`. */
export const gitSection = group(
  {
    baseBranch: option(textOrNull, 'The branch to work for; null: the one that is checked out.', git.baseBranch),
    envFiles: option(
      z.array(filePath, { error: 'a list of paths' }),
      'Files that are copied into every worktree and never committed.',
      git.envFiles,
    ),
    merge: group(
      {
        maxRounds: option(wholeNumber(0, 20), 'How often one task may be brought onto what was merged before it.', git.mergeRounds),
        order: option(oneOf(['plan', 'finished']), mergeOrder, git.mergeOrder),
        structural: option(text, structural, git.structuralMerge),
      },
      'Merging.',
    ),
    pr: option(oneOf(['off', 'stage', 'task']), pullRequests, git.pr),
    prDraft: option(yesOrNo, 'Whether pull requests are opened as drafts.', git.prDraft),
    prWait: option(limit.nullable(), checksThere, git.prWaitMs),
  },
  'Branches and files.',
)
