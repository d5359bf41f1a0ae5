import { boolean } from '@oclif/core/flags'
import type { Cleaned } from '../compose/clean.js'
import type { OwnProcess } from '../compose/processes.js'
import type { Project } from '../compose/project.js'
import { counted } from '../core/counted.js'
import { exitCodes } from '../core/exit-code.js'
import { processTable } from '../ui/process-table.js'
import { OrchCommand } from './orch-command.js'
import { jsonFlag, projectFlags } from './orch-flags.js'

interface ProcessFlags {
  readonly 'dry-run': boolean
  readonly force: boolean
  readonly quiet: boolean
  readonly running: boolean
  readonly json: boolean
}

export default class Clean extends OrchCommand {
  static override summary = 'remove what is merged, or end processes left running'
  static override description =
    'Whatever holds a commit that is merged nowhere, or an edit that is not committed, is kept and named. With --processes it ends what runs of this repository started and left running, after asking, and nothing else.'
  static override examples = ['orch clean --dry-run\norch clean', 'orch clean --processes\norch clean --processes --force --quiet']
  static override flags = {
    'dry-run': boolean({ description: 'only say what would be removed or ended', default: false }),
    processes: boolean({ description: 'end left processes in place of removing branches', default: false }),
    force: boolean({ description: 'do not ask before processes are ended', default: false, dependsOn: ['processes'] }),
    quiet: boolean({ description: 'say nothing of processes unless one cannot be ended', default: false, dependsOn: ['processes'] }),
    running: boolean({ description: 'take the processes of a run that is under way too', default: false, dependsOn: ['processes'] }),
    ...projectFlags,
    ...jsonFlag,
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Clean)
    const project = await this.project(flags)
    if (flags.processes) return this.#endProcesses(project, flags)
    const { cleanProject } = await import('../compose/clean.js')
    const cleaned = this.unwrapFailure(await cleanProject(project, flags['dry-run']))
    if (flags.json) this.printJson({ schemaVersion: 1, dryRun: flags['dry-run'], branches: cleaned })
    else if (cleaned.length === 0) this.print('There is nothing to clean.')
    else for (const one of cleaned) this.print(line(one, flags['dry-run']))
  }

  async #endProcesses(project: Project, flags: ProcessFlags): Promise<void> {
    const { endProcesses, leftProcesses } = await import('../compose/clean-processes.js')
    const { processes, spared } = await leftProcesses(project, flags.running)
    const say = (text: string): void => {
      if (!flags.quiet && !flags.json) this.print(text)
    }
    if (processes.length > 0) say(processTable(processes, this.look))
    else say('No process was left running.')
    if (spared !== null) say(`Those of the run ${spared}, which is under way, are left alone: orch stop --now ends it.`)
    const agreed = processes.length > 0 && (await this.#mayEnd(processes.length, flags, say))
    const left = agreed ? await endProcesses(project, processes) : []
    if (flags.json) this.printJson(report(processes, { dryRun: flags['dry-run'], agreed, left }))
    else if (agreed && left.length === 0) say(`Ended ${counted(processes.length, 'process', 'processes')}.`)
    if (left.length === 0) return
    this.tell(`Error: still there after SIGKILL: ${left.map(({ pid }) => pid).join(', ')}`)
    this.exit(exitCodes.surroundings)
  }

  async #mayEnd(count: number, flags: ProcessFlags, say: (text: string) => void): Promise<boolean> {
    if (flags['dry-run']) return false
    if (flags.force) return true
    const { stdin, stderr } = process
    if (stdin.isTTY && stderr.isTTY && !flags.json) {
      const { askYesOrNo } = await import('../compose/ask.js')
      return askYesOrNo(`End ${count === 1 ? 'this process' : `these ${count} processes`}?`, { input: stdin, output: stderr })
    }
    say('next: orch clean --processes --force')
    return false
  }
}

function report(
  processes: readonly OwnProcess[],
  { dryRun, agreed, left }: { dryRun: boolean; agreed: boolean; left: readonly OwnProcess[] },
) {
  const rows = processes.map(({ seen: _, ...shown }) => ({ ...shown, ended: agreed && !left.some(({ pid }) => pid === shown.pid) }))
  return { schemaVersion: 1, dryRun, processes: rows }
}

function line({ branch, worktree, removed, because }: Cleaned, dryRun: boolean): string {
  const what =
    branch === null
      ? `the worktree ${worktree ?? ''}, which held nothing of its own`
      : worktree === null
        ? branch
        : `${branch} and its worktree`
  return removed ? `${dryRun ? 'would remove' : 'removed'} ${what}` : `kept ${what}: ${because ?? ''}`
}
