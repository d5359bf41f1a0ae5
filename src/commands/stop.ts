import { boolean } from '@oclif/core/flags'
import { OrchCommand } from './orch-command.js'
import { projectFlags } from './orch-flags.js'

export default class Stop extends OrchCommand {
  static override summary = 'stop the run from another terminal, and wait until it has stopped'
  static override description =
    'Without --now nothing new starts and running sessions finish, as after Ctrl-C. Typed a second time, it ends them, as a second Ctrl-C does.'
  static override examples = ['orch stop\norch stop --now']
  static override flags = { ...projectFlags, now: boolean({ description: 'end running sessions at once' }) }

  async run(): Promise<void> {
    const { flags } = await this.parse(Stop)
    const project = await this.project(flags)
    const { stopRun } = await import('../compose/stop.js')
    const what = flags.now ? 'its sessions are being ended' : 'nothing new starts, running sessions finish (orch stop --now ends them)'
    const asked = (run: string, pid: number): void =>
      void process.stderr.write(`The run ${run} (process ${pid}) was asked to stop: ${what}.\n`)
    const { run, ended } = this.unwrap(await stopRun(project, flags.now, asked))
    if (run !== null) this.print(`The run ${run} has stopped.\nnext: orch resume`)
    else if (ended.length === 0) this.print('No run is under way.')
    else this.print(`No run is under way. What a killed one had left running was ended: ${ended.join(', ')}.\nnext: orch resume`)
  }
}
