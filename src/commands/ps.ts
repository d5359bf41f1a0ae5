import { processTable } from '../ui/process-table.js'
import { OrchCommand } from './orch-command.js'
import { jsonFlag, projectFlags } from './orch-flags.js'

export default class Ps extends OrchCommand {
  static override summary = 'list what runs now, and what a killed orch left behind'
  static override examples = ['orch ps\norch ps --json']
  static override flags = { ...projectFlags, ...jsonFlag }

  async run(): Promise<void> {
    const { flags } = await this.parse(Ps)
    const project = await this.project(flags)
    const { ownProcesses } = await import('../compose/processes.js')
    const processes = await ownProcesses(project)
    if (flags.json) this.printJson({ schemaVersion: 1, processes: processes.map(({ seen: _, ...shown }) => shown) })
    else if (processes.length === 0) this.print('No process of orch is running.')
    else this.print(processTable(processes, this.look))
  }
}
