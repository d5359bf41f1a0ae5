import { boolean } from '@oclif/core/flags'
import { failureText } from '../ui/failure-text.js'
import { planText } from '../ui/plan-text.js'
import { OrchCommand } from './orch-command.js'
import { carryOutFlags, jsonFlag, projectFlags, selectionFlags } from './orch-flags.js'

export default class Run extends OrchCommand {
  protected override readonly startsSomething = true

  static override summary = 'carry the plan out, or go on with it'
  static override description =
    'Implements, checks, reviews, remediates and merges every milestone, stage after stage. An unfinished run is continued, its failed tasks included.'
  static override examples = [
    'orch run\norch run --stage 2\norch run --milestone 1A --milestone 1B\norch run --dry-run\norch run --rehearse',
  ]
  static override flags = {
    ...selectionFlags,
    'dry-run': boolean({ description: 'check the files and show the plan; start nothing', default: false }),
    rehearse: boolean({ description: 'all steps with the built-in stand-in, on a branch of its own: nothing is spent', default: false }),
    ...carryOutFlags,
    'no-review': boolean({ description: 'approve on checks alone', default: false }),
    new: boolean({ description: 'begin a new run beside the unfinished one', default: false }),
    ...projectFlags,
    ...jsonFlag,
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Run)
    const selection = { stages: flags.stage ?? [], milestones: flags.milestone ?? [] }
    const project = await this.project(flags)
    const { agentTrouble, startOrContinue } = await import('../compose/carry-out.js')
    if (flags['dry-run']) {
      const { planProject } = await import('../compose/project.js')
      const { plan, milestones, ...base } = this.unwrap(await planProject(project, selection))
      const { forecastOf } = await import('../compose/forecast.js')
      const forecast = await forecastOf(project, plan, this.look.now)
      if (flags.json) this.printJson({ schemaVersion: 1, ...base, ...plan, forecast })
      else this.print(planText({ plan, milestones, checks: project.config.checks.map((c) => c.command), forecast }, this.look))
      const missing = flags.rehearse ? null : await agentTrouble(project)
      if (missing !== null) this.tell(`\nBut ${failureText(missing)}`)
      return
    }
    const request = {
      selection,
      concurrency: flags.concurrency ?? null,
      noWait: flags['no-wait'],
      budget: { maxUsd: flags['budget-usd'] ?? null, maxDurationMs: flags['max-duration'] ?? null },
      withoutReview: flags['no-review'],
      rehearse: flags.rehearse,
      json: flags.json,
      fresh: flags.new,
    }
    this.conclude(this.unwrap(await startOrContinue(project, request)), flags.json)
  }
}
