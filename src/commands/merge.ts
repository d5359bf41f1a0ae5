import { string } from '@oclif/core/args'
import { OrchCommand } from './orch-command.js'
import { noteFlag, noteOf, resumeFlags } from './orch-flags.js'

export default class Merge extends OrchCommand {
  protected override readonly startsSomething = true

  static override summary = 'merge a task now, whatever its review says'
  static override description =
    'Your decision is recorded, with your note, in TASKS.md and in the merge. The checks must pass all the same, before the merge and after it. Then the run goes on.'
  static override examples = ['orch merge 1A\norch merge 1A --note "the finding is about code that goes next week"']
  static override args = { id: string({ description: 'the task, or stage-1 for the whole of a stage', required: true }) }
  static override flags = { ...noteFlag, ...resumeFlags }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Merge)
    await this.goOn(flags, { kind: 'merge', task: args.id, note: noteOf(flags) })
  }
}
