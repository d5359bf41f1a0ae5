import { boolean } from '@oclif/core/flags'
import { exitCodes } from '../core/exit-code.js'
import { findingLines } from '../ui/finding-text.js'
import { OrchCommand } from './orch-command.js'
import { jsonFlag, projectFlags } from './orch-flags.js'

export default class Doctor extends OrchCommand {
  static override summary = 'check git, config, agent, sandbox, saved state and disk'
  static override description =
    'It spends nothing, and changes nothing without --fix. With it: saved state is rebuilt from what is left, a lock, config, files and processes that a killed run left are put right; whatever is replaced is kept beside it.'
  static override examples = ['orch doctor\norch doctor --fix\norch doctor --json']
  static override flags = {
    fix: boolean({ description: 'put right what a cut-off run or a damaged disk left', default: false }),
    ...projectFlags,
    ...jsonFlag,
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor)
    const { examine, mend } = await import('../compose/doctor.js')
    const config = flags.config ?? null
    const fixed = flags.fix ? this.unwrap(await mend(this.surroundings, config)) : []
    const findings = await examine(this.surroundings, config)
    const rows = [...fixed.map(({ what, detail }) => ({ what, state: 'fixed', detail, fix: null }) as const), ...findings]
    if (flags.json) this.printJson({ schemaVersion: 1, findings, fixed })
    else this.print(findingLines(rows, this.look).join('\n'))
    if (findings.some((f) => f.state === 'fail')) this.exit(exitCodes.surroundings)
  }
}
