import { counted } from '../core/counted.js'
import { exitCodes } from '../core/exit-code.js'
import { OrchCommand } from './orch-command.js'
import { jsonFlag, projectFlags } from './orch-flags.js'

export default class Validate extends OrchCommand {
  static override summary = 'find every problem in your files, with file:line:column'
  static override description = 'Reads the config and all milestones.'
  static override examples = ['orch validate\norch validate --json']
  static override flags = { ...projectFlags, ...jsonFlag }

  async run(): Promise<void> {
    const { flags } = await this.parse(Validate)
    const { validateProject } = await import('../compose/validate.js')
    const milestones = await validateProject(this.surroundings, flags.config ?? null)
    if (!milestones.ok && flags.json && milestones.error.kind === 'problems') {
      this.printJson({ schemaVersion: 1, ok: false, problems: milestones.error.problems })
      this.exit(exitCodes.usage)
    }
    const found = this.unwrap(milestones)
    const stages = new Set(found.map((m) => m.stage)).size
    if (flags.json) this.printJson({ schemaVersion: 1, ok: true, milestones: found.length, stages, problems: [] })
    else this.print(`${counted(found.length, 'milestone')} in ${counted(stages, 'stage')}, no problems.\nnext: orch plan`)
  }
}
