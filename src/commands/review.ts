import { string } from '@oclif/core/args'
import { reviewText } from '../ui/review-text.js'
import { OrchCommand } from './orch-command.js'
import { resumeFlags } from './orch-flags.js'

export default class Review extends OrchCommand {
  protected override readonly startsSomething = true

  static override summary = 'have a task judged once more, as it stands now'
  static override description =
    'Checks and a fresh review of what is on its branch, your own edits there included; nobody works on it. Approved, it is merged; else it waits for you, with the answers. Then the run goes on.'
  static override examples = ['orch review 1A']
  static override args = { id: string({ description: 'the task, or stage-1 for the whole of a stage', required: true }) }
  static override flags = resumeFlags

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Review)
    const project = await this.project(flags)
    const carried = await this.carriedOn(project, flags, { kind: 'review', task: args.id })
    const { answerAskedFor } = await import('../compose/inspect.js')
    const answer = flags.json ? null : this.unwrapFailure(await answerAskedFor(project, args.id))
    if (answer !== null) this.print(`\n${reviewText(answer)}`)
    this.conclude(carried, flags.json)
  }
}
