import { statusJson } from '../ui/status-json.js'
import { statusText } from '../ui/status-text.js'
import { OrchCommand } from './orch-command.js'
import { jsonFlag, projectFlags } from './orch-flags.js'

export default class Status extends OrchCommand {
  static override summary = 'show how the last run stands; before the first, the plan'
  static override examples = ['orch status\norch status --json']
  static override flags = { ...projectFlags, ...jsonFlag }

  async run(): Promise<void> {
    const { flags } = await this.parse(Status)
    const project = await this.project(flags)
    const { seeRun } = await import('../compose/inspect.js')
    const seen = this.unwrapFailure(await seeRun(project, null))
    const { outlookIfAny } = await import('../compose/project.js')
    const plan = seen === null ? this.unwrap(await outlookIfAny(project)) : { stages: [] }
    const status = statusJson(seen?.state ?? null, plan, { now: this.look.now, running: seen?.running === true })
    if (flags.json) this.printJson(status)
    else this.print(statusText(status, this.look))
  }
}
