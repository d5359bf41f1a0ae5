import { OrchCommand, resumeFlags } from './orch-command.js'

export default class Resume extends OrchCommand {
  static override summary = 'Go on with the unfinished run, after a crash, a reboot, a limit or a stop.'
  static override examples = ['<%= command.id %>']
  static override flags = resumeFlags

  async run(): Promise<void> {
    const { flags } = await this.parse(Resume)
    await this.goOn(flags, null)
  }
}
