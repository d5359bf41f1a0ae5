import { exitCodes } from '../../core/exit-code.js'
import { accountTestLines } from '../../ui/accounts-text.js'
import { OrchCommand } from '../orch-command.js'
import { jsonFlag, projectFlags } from '../orch-flags.js'

export default class AuthTest extends OrchCommand {
  static override summary = 'ask the service whether each account is open'
  static override description = 'Starts the smallest session that there is on each account: it costs a few hundred tokens.'
  static override examples = ['orch auth test\norch auth test --json']
  static override flags = { ...projectFlags, ...jsonFlag }

  async run(): Promise<void> {
    const { flags } = await this.parse(AuthTest)
    const project = await this.project(flags)
    const { testAccounts } = await import('../../compose/account-test.js')
    const accounts = this.unwrap(await testAccounts(project))
    if (flags.json) this.printJson({ schemaVersion: 1, accounts })
    else this.print(accountTestLines(accounts, this.look).join('\n'))
    if (accounts.some((account) => account.state === 'refused' || account.state === 'unclear')) this.exit(exitCodes.surroundings)
  }
}
