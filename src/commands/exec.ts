import { OrchCommand } from './orch-command.js'
import { projectFlags } from './orch-flags.js'

export default class Exec extends OrchCommand {
  static override summary = 'start the agent by hand, with the settings for this machine'
  static override description =
    `The agent program of the config gets this terminal, the variables that "orch hardware --format env" shows, and what stands behind --
as it is; its exit status is the command's own.`
  static override examples = ['orch exec -- --version\norch exec -- "explain this repository"']
  static override usage = 'exec [flags] -- ARGS...'
  static override flags = { ...projectFlags }
  static override strict = false

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(Exec)
    const { executeAgent } = await import('../compose/hardware.js')
    const args = argv.map(String)
    this.exit(this.unwrap(await executeAgent(this.surroundings, flags.config ?? null, args)))
  }
}
