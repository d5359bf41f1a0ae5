import { Flags } from '@oclif/core'
import { startOrContinue } from '../compose/carry-out.js'
import { planProject } from '../compose/project.js'
import { planText } from '../ui/plan-text.js'
import { jsonFlag, OrchCommand, projectFlags } from './orch-command.js'

export default class Run extends OrchCommand {
  static override summary = 'Carry out the milestones: implement, check, review, remediate, merge, stage after stage.'
  static override description = 'Continues the unfinished run when there is one, its failed tasks included.'
  static override examples = [
    '<%= command.id %>',
    '<%= command.id %> --stage 2',
    '<%= command.id %> --milestone 1A --milestone 1B',
    '<%= command.id %> --rehearse',
  ]
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
    concurrency: Flags.integer({ description: 'tasks at a time', min: 1 }),
    'no-wait': Flags.boolean({ description: 'do not wait for a limit: save, and exit with status 3', default: false }),
    'no-review': Flags.boolean({ description: 'approve on checks alone', default: false }),
    'dry-run': Flags.boolean({ description: 'check everything and show the plan; start nothing', default: false }),
    rehearse: Flags.boolean({ description: 'use the built-in stand-in for the agent, on a branch of its own', default: false }),
    new: Flags.boolean({ description: 'begin a new run beside the unfinished one', default: false }),
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Run)
    const selection = { stages: flags.stage ?? [], milestones: flags.milestone ?? [] }
    const project = await this.project(flags)
    if (flags['dry-run']) {
      const { plan, milestones, ...base } = this.unwrap(await planProject(project, selection))
      if (flags.json) this.printJson({ schemaVersion: 1, ...base, ...plan })
      else this.print(planText(plan, milestones, this.look))
      return
    }
    const request = {
      selection,
      concurrency: flags.concurrency ?? null,
      noWait: flags['no-wait'],
      withoutReview: flags['no-review'],
      rehearse: flags.rehearse,
      json: flags.json,
      fresh: flags.new,
    }
    this.conclude(this.unwrap(await startOrContinue(project, request)), flags.json)
  }
}
