import { string } from '@oclif/core/args'
import { OrchCommand, resumeFlags } from './orch-command.js'

export default class Retry extends OrchCommand {
  protected override readonly startsSomething = true

  static override summary = 'give a failed or parked task another chance'
  static override description = 'With what its milestone file says now; then the run goes on.'
  static override examples = ['orch retry 1A']
  static override args = { id: string({ description: 'the task, or stage-1 for the whole of a stage', required: true }) }
  static override flags = resumeFlags

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Retry)
    await this.goOn(flags, args.id)
  }
}
