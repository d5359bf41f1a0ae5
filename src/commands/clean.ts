import { boolean } from '@oclif/core/flags'
import type { Cleaned } from '../compose/clean.js'
import { jsonFlag, OrchCommand, projectFlags } from './orch-command.js'

export default class Clean extends OrchCommand {
  static override summary = 'remove branches and worktrees of which everything is merged'
  static override description = 'Whatever holds a commit that is merged nowhere, or an edit that is not committed, is kept and named.'
  static override examples = ['orch clean --dry-run\norch clean']
  static override flags = {
    'dry-run': boolean({ description: 'only say what would be removed', default: false }),
    ...projectFlags,
    ...jsonFlag,
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Clean)
    const project = await this.project(flags)
    const { cleanProject } = await import('../compose/clean.js')
    const cleaned = this.unwrapFailure(await cleanProject(project, flags['dry-run']))
    if (flags.json) this.printJson({ schemaVersion: 1, dryRun: flags['dry-run'], branches: cleaned })
    else if (cleaned.length === 0) this.print('There is nothing to clean.')
    else for (const one of cleaned) this.print(line(one, flags['dry-run']))
  }
}

function line({ branch, worktree, removed, because }: Cleaned, dryRun: boolean): string {
  const what = worktree === null ? branch : `${branch} and its worktree`
  return removed ? `${dryRun ? 'would remove' : 'removed'} ${what}` : `kept ${what}: ${because ?? ''}`
}
