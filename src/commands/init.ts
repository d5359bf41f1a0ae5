import { OrchCommand } from './orch-command.js'
import { projectFlags } from './orch-flags.js'

export default class Init extends OrchCommand {
  static override summary = 'write a first milestone and a config to begin with'
  static override description = 'A file that is there already is never touched.'
  static override examples = ['orch init']
  static override flags = projectFlags

  async run(): Promise<void> {
    const { flags } = await this.parse(Init)
    const project = await this.project(flags)
    const { initProject } = await import('../compose/init.js')
    const files = await initProject(project)
    const widest = Math.max(...files.map(({ file }) => file.length))
    for (const { file, written, purpose } of files) this.print(`${written ? 'wrote' : 'kept '} ${file.padEnd(widest)}  ${purpose}`)
    this.print('next: say in the milestone what you want done, then orch validate')
  }
}
