import { planText } from '../ui/plan-text.js'
import { OrchCommand } from './orch-command.js'
import { jsonFlag, projectFlags, selectionFlags } from './orch-flags.js'

export default class Plan extends OrchCommand {
  static override summary = 'show what would be done, in which order, and who decides'
  static override description = 'Stages, tasks, what each waits for, and which exit criteria are commands. It touches nothing.'
  static override examples = ['orch plan\norch plan --stage 2 --json']
  static override flags = { ...selectionFlags, ...projectFlags, ...jsonFlag }

  async run(): Promise<void> {
    const { flags } = await this.parse(Plan)
    const selection = { stages: flags.stage ?? [], milestones: flags.milestone ?? [] }
    const project = await this.project(flags)
    const { planProject } = await import('../compose/project.js')
    const { plan, milestones, ...base } = this.unwrap(await planProject(project, selection))
    const { forecastOf } = await import('../compose/forecast.js')
    const forecast = await forecastOf(project, plan, this.look.now)
    if (flags.json) this.printJson({ schemaVersion: 1, ...base, ...plan, forecast })
    else this.print(planText({ plan, milestones, checks: project.config.checks.map((c) => c.command), forecast }, this.look))
  }
}
