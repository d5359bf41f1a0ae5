import type { Command } from '@oclif/core/command'
import { CommandHelp, Help } from '@oclif/core/help'

/** Commands in the order in which a person meets them. */
const groups: readonly (readonly [title: string, commands: readonly string[]])[] = [
  ['TO BEGIN', ['demo', 'init', 'validate', 'plan', 'run']],
  [
    'WHILE IT WORKS, AND AFTER',
    ['status', 'logs', 'report', 'cost', 'limits', 'ps', 'stop', 'resume', 'retry', 'review', 'merge', 'approve', 'undo', 'pr'],
  ],
  ['HOUSEKEEPING', ['doctor', 'auth:list', 'auth:test', 'hardware', 'exec', 'clean']],
]

class OrchCommandHelp extends CommandHelp {
  /** The flags stand below, each with what it does: the usage need not list them. */
  protected override defaultUsage(): string {
    const args = Object.values(this.command.args).map((arg) => this.arg(arg))
    const flags = Object.keys(this.command.flags).length === 0 ? [] : ['[flags]']
    return [this.command.id, ...args, ...flags].join(' ')
  }
}

/** `orch --help`: one screen that says what to type first. */
export class OrchHelp extends Help {
  protected override CommandHelpClass = OrchCommandHelp

  /** In the list a summary is half a line; above a command's own help it is a sentence. */
  protected override summary(command: Command.Loadable): string | undefined {
    const text = command.summary ?? ''
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
  }

  protected override async showRootHelp(): Promise<void> {
    const known = new Map(this.config.commands.map((command) => [command.id, command.summary ?? '']))
    const sections = groups.map(([title, ids]) =>
      [title, ...ids.map((id) => `  ${id.replaceAll(':', ' ').padEnd(11)}${known.get(id) ?? ''}`), ''].join('\n'),
    )
    const text = [
      'orch carries out a plan of small markdown files with coding agents: each is\nimplemented, checked, reviewed and merged.\n',
      'USAGE\n  $ orch COMMAND\n',
      ...sections,
      'More about one of them: orch COMMAND --help',
    ]
    this.log(text.join('\n'))
    return Promise.resolve()
  }
}
