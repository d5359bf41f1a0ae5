import { accountLines } from '../ui/accounts-text.js'
import { OrchCommand } from './orch-command.js'
import { jsonFlag, projectFlags } from './orch-flags.js'

export default class Limits extends OrchCommand {
  static override summary = 'show which accounts are open, and until when the others are closed'
  static override description = 'It tells what runs of this machine have met; nothing is spent. orch auth test asks the service itself.'
  static override examples = ['orch limits\norch limits --json']
  static override flags = { ...projectFlags, ...jsonFlag }

  async run(): Promise<void> {
    const { flags } = await this.parse(Limits)
    const project = await this.project(flags)
    const { accountsNow } = await import('../compose/accounts-now.js')
    const accounts = this.unwrap(await accountsNow(project))
    if (flags.json) this.printJson({ schemaVersion: 1, accounts })
    else this.print(accountLines(accounts, this.look).join('\n'))
  }
}
