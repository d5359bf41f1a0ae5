import { Args } from '@oclif/core'
import { OrchCommand, resumeFlags } from './orch-command.js'

export default class Retry extends OrchCommand {
  static override summary = 'Give a failed, parked or blocked task another chance, with what its file says now, and go on with the run.'
  static override examples = ['<%= command.id %> 1A']
  static override args = { id: Args.string({ description: 'the task, or stage-1 for the whole of a stage', required: true }) }
  static override flags = resumeFlags

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Retry)
    await this.goOn(flags, args.id)
  }
}
