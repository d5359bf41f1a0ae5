import { seeRun } from '../compose/inspect.js'
import { asFailure, planProject } from '../compose/project.js'
import { err } from '../core/result.js'
import { statusJson } from '../ui/status-json.js'
import { statusText } from '../ui/status-text.js'
import { jsonFlag, OrchCommand, projectFlags } from './orch-command.js'

export default class Status extends OrchCommand {
  static override summary = 'Show how the last run stands; without one, the plan.'
  static override examples = ['<%= command.id %>', '<%= command.id %> --json']
  static override flags = { ...projectFlags, ...jsonFlag }

  async run(): Promise<void> {
    const { flags } = await this.parse(Status)
    const project = await this.project(flags)
    const found = await seeRun(project, null)
    const seen = this.unwrap(found.ok ? found : err(asFailure(found.error)))
    const plan = seen === null ? this.unwrap(await planProject(project, { stages: [], milestones: [] })).plan : { stages: [] }
    const status = statusJson(seen?.state ?? null, plan, { now: this.look.now, running: seen?.running === true })
    if (flags.json) this.printJson(status)
    else this.print(statusText(status, this.look))
  }
}
