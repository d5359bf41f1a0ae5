import { string } from '@oclif/core/args'
import { asFailure, asWrongName } from '../compose/trouble.js'
import { OrchCommand } from './orch-command.js'
import { noteFlag, noteOf, projectFlags } from './orch-flags.js'

export default class Approve extends OrchCommand {
  static override summary = 'let a task be merged whose milestone says approval: required'
  static override examples = ['orch approve 2B\norch approve 2B --note "the migration was tried on a copy"']
  static override args = { id: string({ description: 'the task', required: true }) }
  static override flags = { ...noteFlag, ...projectFlags }

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Approve)
    const project = await this.project(flags)
    const { approveTask } = await import('../compose/inspect.js')
    const approved = await approveTask(project, args.id, noteOf(flags))
    if (approved.ok)
      this.print(`${args.id} is approved.\n${approved.value.running ? 'The run under way hears of it.' : 'next: orch resume'}`)
    else this.complain(typeof approved.error === 'string' ? noSuchTask(args.id, approved.error) : asFailure(approved.error))
  }
}

const noSuchTask = (id: string, message: string) => asWrongName(id, message, 'See what there is: orch status')
