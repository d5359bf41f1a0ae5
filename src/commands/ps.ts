import { ownProcesses } from '../compose/processes.js'
import { processTable } from '../ui/process-table.js'
import { jsonFlag, OrchCommand, projectFlags } from './orch-command.js'

export default class Ps extends OrchCommand {
  static override summary = "List the processes of this repository's runs that live now, those included that a killed orch left behind."
  static override examples = ['<%= command.id %>', '<%= command.id %> --json']
  static override flags = { ...projectFlags, ...jsonFlag }

  async run(): Promise<void> {
    const { flags } = await this.parse(Ps)
    const processes = await ownProcesses(await this.project(flags))
    if (flags.json) this.printJson({ schemaVersion: 1, processes })
    else if (processes.length === 0) this.print('No process of orch is running.')
    else this.print(processTable(processes, this.look))
  }
}
