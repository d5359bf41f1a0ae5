import { Flags } from '@oclif/core'
import { stopRun } from '../compose/stop.js'
import { OrchCommand, projectFlags } from './orch-command.js'

export default class Stop extends OrchCommand {
  static override summary = 'Stop the run that is under way, from another terminal, and wait until it has stopped.'
  static override description =
    'Without --now nothing new starts and running sessions finish, as after Ctrl-C. Typed a second time, it ends them, as a second Ctrl-C does.'
  static override examples = ['<%= command.id %>', '<%= command.id %> --now']
  static override flags = { ...projectFlags, now: Flags.boolean({ description: 'end running sessions at once' }) }

  async run(): Promise<void> {
    const { flags } = await this.parse(Stop)
    const what = flags.now ? 'its sessions are being ended' : 'nothing new starts, running sessions finish (orch stop --now ends them)'
    const asked = (run: string, pid: number): void =>
      void process.stderr.write(`The run ${run} (process ${pid}) was asked to stop: ${what}.\n`)
    const stopped = this.unwrap(await stopRun(await this.project(flags), flags.now, asked))
    this.print(stopped === null ? 'No run is under way.' : `The run ${stopped.run} has stopped.\nnext: orch resume`)
  }
}
