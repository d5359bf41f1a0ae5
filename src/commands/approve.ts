import { Args } from '@oclif/core'
import { approveTask } from '../compose/inspect.js'
import { asFailure, asProblems } from '../compose/project.js'
import { OrchCommand, projectFlags } from './orch-command.js'

export default class Approve extends OrchCommand {
  static override summary = 'Let a task be merged whose milestone says approval: required.'
  static override examples = ['<%= command.id %> 2B']
  static override args = { id: Args.string({ description: 'the task', required: true }) }
  static override flags = projectFlags

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Approve)
    const approved = await approveTask(await this.project(flags), args.id)
    if (!approved.ok) this.complain(typeof approved.error === 'string' ? noSuchTask(args.id, approved.error) : asFailure(approved.error))
    this.print(`${args.id} is approved.\nnext: orch resume (a run that is under way goes on by itself)`)
  }
}

const noSuchTask = (id: string, message: string) =>
  asProblems([{ file: id, line: 1, column: 1, message, hint: 'See what there is: orch status' }])
