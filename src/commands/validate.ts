import { planProject } from '../compose/project.js'
import { counted } from '../ui/amounts.js'
import { jsonFlag, OrchCommand, projectFlags } from './orch-command.js'

export default class Validate extends OrchCommand {
  static override summary = 'Read the config and all milestones and report every problem at once, with file:line:column.'
  static override examples = ['<%= command.id %>']
  static override flags = { ...projectFlags, ...jsonFlag }

  async run(): Promise<void> {
    const { flags } = await this.parse(Validate)
    const outlook = await this.outlook(flags)
    const stages = new Set(outlook.milestones.map((m) => m.stage)).size
    if (flags.json) this.printJson({ schemaVersion: 1, ok: true, milestones: outlook.milestones.length, stages, problems: [] })
    else this.print(`${counted(outlook.milestones.length, 'milestone')} in ${counted(stages, 'stage')}, no problems.\nnext: orch plan`)
  }

  private async outlook(flags: { config?: string | undefined; json: boolean }) {
    const planned = await planProject(await this.project(flags), { stages: [], milestones: [] })
    if (!planned.ok && planned.error.kind === 'problems' && flags.json)
      this.printJson({ schemaVersion: 1, ok: false, problems: planned.error.problems })
    return this.unwrap(planned)
  }
}
