import { OrchCommand } from './orch-command.js'
import { resumeFlags } from './orch-flags.js'

export default class Resume extends OrchCommand {
  protected override readonly startsSomething = true

  static override summary = 'go on where the last run stopped'
  static override description = 'After Ctrl-C, a crash, a reboot or a limit. What is finished is not done again.'
  static override examples = ['orch resume']
  static override flags = resumeFlags

  async run(): Promise<void> {
    const { flags } = await this.parse(Resume)
    await this.goOn(flags, null)
  }
}
