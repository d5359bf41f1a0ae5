import { string } from '@oclif/core/flags'
import { type HardwareFormat, hardwareFormats, hardwareText } from '../ui/hardware-text.js'
import { OrchCommand } from './orch-command.js'
import { projectFlags } from './orch-flags.js'

export default class Hardware extends OrchCommand {
  static override summary = 'show what the machine has, and how many sessions it bears'
  static override description =
    `Memory, cores and container limits, settings for programs on Node by what is here, and how many sessions fit now and why.
It changes nothing. The formats env, export and powershell print the settings for Node as variables.`
  static override examples = ['orch hardware\norch hardware --format json', 'eval "$(orch hardware --format export)"']
  static override flags = {
    format: string({ description: hardwareFormats.join(', '), options: [...hardwareFormats], default: 'human', helpValue: 'FORMAT' }),
    write: string({ description: 'write it to this file instead', helpValue: 'FILE' }),
    ...projectFlags,
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Hardware)
    const { saveText, surveyHardware } = await import('../compose/hardware.js')
    const report = this.unwrap(await surveyHardware(this.surroundings, flags.config ?? null))
    const text = hardwareText(report, flags.format as HardwareFormat)
    if (flags.write !== undefined) this.tell(`wrote ${this.unwrap(await saveText(this.surroundings, flags.write, text))}`)
    else if (flags.format === 'human') this.print(text)
    else process.stdout.write(`${text}\n`)
  }
}
