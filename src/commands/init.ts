import { initProject } from '../compose/init.js'
import { OrchCommand, projectFlags } from './orch-command.js'

export default class Init extends OrchCommand {
  static override summary = 'Write a first milestone and a config to begin with; never over an existing file.'
  static override examples = ['<%= command.id %>']
  static override flags = projectFlags

  async run(): Promise<void> {
    const { flags } = await this.parse(Init)
    const files = await initProject(await this.project(flags))
    for (const { file, written } of files) this.print(`${written ? 'wrote' : 'kept '} ${file}`)
    this.print('next: write your milestones, then orch validate')
  }
}
