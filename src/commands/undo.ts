import { boolean, integer } from '@oclif/core/flags'
import type { UndoPlan } from '../compose/undo-plan.js'
import { undonePlanJson } from '../ui/undo-json.js'
import { undoneText, undoPlanText } from '../ui/undo-text.js'
import { OrchCommand } from './orch-command.js'
import { jsonFlag, projectFlags } from './orch-flags.js'

interface UndoFlags {
  readonly 'dry-run': boolean
  readonly yes: boolean
  readonly json: boolean
}

export default class Undo extends OrchCommand {
  static override summary = 'take the last merged stage back, or all from one on'
  static override description =
    'Where nothing of it was pushed and nobody committed on top, the branch goes back, and its old tip is kept under a ref; else a new commit takes back what the stage brought. Uncommitted edits are never touched. The milestones count as not merged afterwards.'
  static override examples = ['orch undo --dry-run\norch undo\norch undo --stage 2 --yes']
  static override flags = {
    stage: integer({ description: 'this stage and all later ones', min: 1, helpValue: 'N' }),
    'dry-run': boolean({ description: 'only say what would be done', default: false }),
    yes: boolean({ char: 'y', description: 'do not ask', default: false }),
    ...projectFlags,
    ...jsonFlag,
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Undo)
    const project = await this.project(flags)
    const { undoStages } = await import('../compose/undo.js')
    const stop = this.stopOnSignals()
    const { plan, agreed } = this.unwrap(
      await undoStages(project, { stage: flags.stage ?? null, agree: (planned) => this.#mayUndo(planned, flags), stop }),
    )
    if (flags.json)
      this.printJson({ schemaVersion: 1, dryRun: flags['dry-run'], undone: agreed, plan: plan === null ? null : undonePlanJson(plan) })
    else if (plan === null) this.print('There is nothing to undo.')
    else if (agreed) this.print(undoneText(plan))
  }

  /** Asks only where somebody can answer. */
  async #mayUndo(plan: UndoPlan, flags: UndoFlags): Promise<boolean> {
    if (!flags.json) this.print(undoPlanText(plan))
    if (flags['dry-run']) return false
    const { stdin, stderr } = process
    if (flags.yes || flags.json || !stdin.isTTY || !stderr.isTTY) return true
    const { askYesOrNo } = await import('../compose/ask.js')
    return askYesOrNo('Undo it?', { input: stdin, output: stderr })
  }
}
