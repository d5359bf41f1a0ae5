import { Flags } from '@oclif/core'
import { planProject } from '../compose/project.js'
import { planText } from '../ui/plan-text.js'
import { jsonFlag, OrchCommand, projectFlags } from './orch-command.js'

export default class Plan extends OrchCommand {
  static override summary = 'Show what would be done and in which order; touch nothing.'
  static override examples = ['<%= command.id %>', '<%= command.id %> --stage 2 --json']
  static override flags = {
    ...projectFlags,
    ...jsonFlag,
    stage: Flags.integer({ description: 'only this stage; may be given several times', multiple: true, multipleNonGreedy: true, min: 1 }),
    milestone: Flags.string({
      description: 'only this milestone; may be given several times',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'ID',
    }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Plan)
    const selection = { stages: flags.stage ?? [], milestones: flags.milestone ?? [] }
    const { plan, milestones, ...base } = this.unwrap(await planProject(await this.project(flags), selection))
    if (flags.json) this.printJson({ schemaVersion: 1, ...base, ...plan })
    else this.print(planText(plan, milestones, this.look))
  }
}
