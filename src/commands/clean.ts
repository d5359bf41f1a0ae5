import { Flags } from '@oclif/core'
import { type Cleaned, cleanProject } from '../compose/clean.js'
import { asFailure } from '../compose/project.js'
import { err } from '../core/result.js'
import { jsonFlag, OrchCommand, projectFlags } from './orch-command.js'

export default class Clean extends OrchCommand {
  static override summary = 'Remove worktrees and branches of earlier runs of which everything is merged.'
  static override examples = ['<%= command.id %> --dry-run', '<%= command.id %>']
  static override flags = {
    ...projectFlags,
    ...jsonFlag,
    'dry-run': Flags.boolean({ description: 'only say what would be removed', default: false }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Clean)
    const result = await cleanProject(await this.project(flags), flags['dry-run'])
    const cleaned = this.unwrap(result.ok ? result : err(asFailure(result.error)))
    if (flags.json) this.printJson({ schemaVersion: 1, dryRun: flags['dry-run'], branches: cleaned })
    else if (cleaned.length === 0) this.print('There is nothing to clean.')
    else for (const one of cleaned) this.print(line(one, flags['dry-run']))
  }
}

function line({ branch, worktree, removed, because }: Cleaned, dryRun: boolean): string {
  const what = worktree === null ? branch : `${branch} and its worktree`
  return removed ? `${dryRun ? 'would remove' : 'removed'} ${what}` : `kept ${what}: ${because ?? ''}`
}
