import { examine, type Finding } from '../compose/doctor.js'
import { exitCodes } from '../core/exit-code.js'
import { jsonFlag, OrchCommand, projectFlags } from './orch-command.js'

export default class Doctor extends OrchCommand {
  static override summary =
    'Check git, the config, the agent program, the sandbox, the saved state and the disk; spend nothing, change nothing.'
  static override examples = ['<%= command.id %>', '<%= command.id %> --json']
  static override flags = { ...projectFlags, ...jsonFlag }

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor)
    const findings = await examine(this.surroundings, flags.config ?? null)
    if (flags.json) this.printJson({ schemaVersion: 1, findings })
    else for (const finding of findings) this.print(rowOf(finding))
    if (findings.some((f) => f.state === 'fail')) this.exit(exitCodes.surroundings)
  }
}

const rowOf = ({ what, state, detail, fix }: Finding): string =>
  `${state.padEnd(4)}  ${what.padEnd(10)}  ${detail}${fix === null ? '' : `\n${' '.repeat(18)}→ ${fix}`}`
