import { string } from '@oclif/core/args'
import { boolean } from '@oclif/core/flags'
import { asWrongName } from '../compose/trouble.js'
import { ledgerOf } from '../core/ledger.js'
import { costCsv, costJson, costText } from '../ui/cost-text.js'
import { forecastText } from '../ui/forecast-text.js'
import { OrchCommand } from './orch-command.js'
import { jsonFlag, projectFlags } from './orch-flags.js'

export default class Cost extends OrchCommand {
  static override summary = 'show what the last run cost, by task, step, model and account'
  static override description = 'What a session cost that was cut off before it said so is estimated by list prices, and marked so.'
  static override examples = ['orch cost\norch cost 20261121-093000-k3f9 --csv\norch cost --all --json\norch cost --forecast']
  static override args = { run: string({ description: 'a run; the last one when left out' }) }
  static override flags = {
    all: boolean({ description: 'of all runs of this project', default: false, exclusive: ['forecast'] }),
    csv: boolean({ description: 'print the whole ledger as CSV', default: false, exclusive: ['json', 'forecast'] }),
    forecast: boolean({ description: 'what the stages ahead will need, by what was used so far', default: false }),
    ...projectFlags,
    ...jsonFlag,
  }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Cost)
    const project = await this.project(flags)
    if (flags.forecast) {
      const { forecastOf } = await import('../compose/forecast.js')
      const { outlookIfAny } = await import('../compose/project.js')
      const plan = this.unwrap(await outlookIfAny(project))
      const ahead = await forecastOf(project, plan, this.look.now)
      if (flags.json) this.printJson({ schemaVersion: 1, forecast: ahead })
      else this.print(forecastText(ahead, this.look).join('\n'))
      return
    }
    const { readLedger } = await import('../compose/ledger.js')
    const { factsOf, seeRun } = await import('../compose/inspect.js')
    const seen = flags.all ? null : this.unwrapFailure(await seeRun(project, args.run ?? null))
    if (seen === null && args.run !== undefined && !flags.all)
      this.complain(asWrongName(args.run, `there is no run ${args.run}`, 'ls .orch/runs shows those that there are'))
    const ledger = seen === null ? (flags.all ? await readLedger(project) : []) : ledgerOf(this.unwrapFailure(await factsOf(seen)))
    const run = seen?.state.run ?? null
    if (flags.json) this.printJson(costJson(ledger, run))
    else if (flags.csv) process.stdout.write(`${costCsv(ledger)}\r\n`)
    else if (run === null && !flags.all) this.print('There is no run yet.\nnext: orch run')
    else this.print(costText(ledger, run === null ? 'All runs' : `Run ${run}`, this.look))
  }
}
