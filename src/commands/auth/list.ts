import { OrchCommand } from '../orch-command.js'
import { jsonFlag, projectFlags } from '../orch-flags.js'

export default class AuthList extends OrchCommand {
  static override summary = 'list the accounts that sessions may be paid by'
  static override description = 'In the order in which they take turns. Names only: no key, token or address is ever printed.'
  static override examples = ['orch auth list\norch auth list --json']
  static override flags = { ...projectFlags, ...jsonFlag }

  async run(): Promise<void> {
    const { flags } = await this.parse(AuthList)
    const project = await this.project(flags)
    const { accountsNow } = await import('../../compose/accounts-now.js')
    const accounts = this.unwrap(await accountsNow(project)).map(({ name, state, until }) => ({ name, state, until }))
    if (flags.json) this.printJson({ schemaVersion: 1, accounts })
    else this.print(accounts.map((account) => account.name).join('\n'))
  }
}
