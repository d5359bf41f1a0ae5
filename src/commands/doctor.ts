import { exitCodes } from '../core/exit-code.js'
import { findingLines } from '../ui/finding-text.js'
import { jsonFlag, OrchCommand, projectFlags } from './orch-command.js'

export default class Doctor extends OrchCommand {
  static override summary = 'check git, config, agent, sandbox, saved state and disk'
  static override description = 'It spends nothing and changes nothing.'
  static override examples = ['orch doctor\norch doctor --json']
  static override flags = { ...projectFlags, ...jsonFlag }

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor)
    const { examine } = await import('../compose/doctor.js')
    const findings = await examine(this.surroundings, flags.config ?? null)
    if (flags.json) this.printJson({ schemaVersion: 1, findings })
    else this.print(findingLines(findings, this.look).join('\n'))
    if (findings.some((f) => f.state === 'fail')) this.exit(exitCodes.surroundings)
  }
}
