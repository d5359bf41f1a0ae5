import { string } from '@oclif/core/args'
import { option } from '@oclif/core/flags'
import { asWrongName } from '../compose/trouble.js'
import { OrchCommand } from './orch-command.js'
import { jsonFlag, projectFlags } from './orch-flags.js'

export default class Report extends OrchCommand {
  static override summary = 'tell on one page what was asked, done, proved and spent'
  static override description =
    'Out of the saved facts and git alone, also while the run is under way or after it was cut off. The HTML is one file that needs nothing else: orch report --format html > report.html'
  static override examples = ['orch report\norch report --format html > report.html\norch report 20261121-093000-k3f9 --json']
  static override args = { run: string({ description: 'a run; the last one when left out' }) }
  static override flags = {
    format: option({ options: ['md', 'json', 'html'] as const, description: 'how it is written', default: 'md', helpValue: 'FORMAT' })(),
    ...projectFlags,
    ...jsonFlag,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Report)
    const project = await this.project(flags)
    const { seeRun } = await import('../compose/inspect.js')
    const seen = this.unwrapFailure(await seeRun(project, args.run ?? null))
    if (seen === null && args.run !== undefined)
      this.complain(asWrongName(args.run, `there is no run ${args.run}`, 'ls .orch/runs shows those that there are'))
    const format = flags.json ? 'json' : flags.format
    if (seen === null) {
      this.tell('There is no run yet.\nnext: orch run')
      if (format === 'json') this.printJson({ schemaVersion: 1, run: null })
      return
    }
    const { writeReport } = await import('../compose/report.js')
    process.stdout.write(this.unwrapFailure(await writeReport(project, seen, format)))
  }
}
