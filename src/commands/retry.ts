import { string } from '@oclif/core/args'
import { option } from '@oclif/core/flags'
import { OrchCommand } from './orch-command.js'
import { resumeFlags } from './orch-flags.js'

export default class Retry extends OrchCommand {
  protected override readonly startsSomething = true

  static override summary = 'give a failed or parked task another chance'
  static override description =
    'With what its milestone file says now, where it stopped; then the run goes on. With --from scratch it begins anew from the current base, and what there was is kept under a ref; with --from review it is judged anew before anything else.'
  static override examples = ['orch retry 1A\norch retry 1A --from scratch\norch retry 1A --from review']
  static override args = { id: string({ description: 'the task, or stage-1 for the whole of a stage', required: true }) }
  static override flags = {
    from: option({ options: ['scratch', 'review'] as const, description: 'begin anew, or have it judged anew first' })(),
    ...resumeFlags,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Retry)
    await this.goOn(flags, { kind: 'retry', task: args.id, from: flags.from ?? null })
  }
}
