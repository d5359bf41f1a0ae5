import { Args } from '@oclif/core'
import { startOrContinue } from '../compose/carry-out.js'
import { demoFolder, logGraph, makeDemo } from '../compose/demo.js'
import { asFailure, asProblems, openProject } from '../compose/project.js'
import { OrchCommand } from './orch-command.js'

const request = {
  selection: { stages: [], milestones: [] },
  concurrency: null,
  noWait: false,
  withoutReview: false,
  rehearse: false,
  json: false,
  fresh: false,
}

export default class Demo extends OrchCommand {
  static override summary =
    'Carry out the bundled example in a new repository, with the built-in stand-in for the agent: no account needed.'
  static override examples = ['<%= command.id %>', '<%= command.id %> ./orch-demo']
  static override args = { folder: Args.string({ description: 'a new or empty folder; a temporary one when it is not given' }) }

  async run(): Promise<void> {
    const { args } = await this.parse(Demo)
    const folder = await demoFolder(this.surroundings.cwd, args.folder ?? null)
    const surroundings = { ...this.surroundings, cwd: folder }
    const made = await makeDemo(surroundings, folder)
    if (!made.ok) this.complain(made.error === 'not-empty' ? notEmpty(folder) : asFailure(made.error))
    process.stderr.write(`The demo's repository: ${folder}\n${expectations}\n`)
    const carried = this.unwrap(await startOrContinue(this.unwrap(await openProject(surroundings, null)), request))
    const graph = await logGraph(surroundings, folder)
    if (graph.ok) this.print(`\n${graph.value}`)
    this.print(
      `\nLook around: cd ${folder}\n  TASKS.md                 what happened, with the evidence for each exit criterion\n  orch status              (here: node ${process.argv[1] ?? 'bin/run.js'} status)\n  orch logs 1B             what a session said and did\n  milestones/              what was asked for, and what the stand-in was told to do`,
    )
    if (carried.kind === 'carried-out') this.exit(carried.exitCode)
  }
}

const expectations = `You will see: a refused review and its remediation (1A), a usage limit of three seconds that is waited out and a merge
conflict that is resolved (1B), a failing check that is mended (1C), and two stages merged.
`

const notEmpty = (folder: string) =>
  asProblems([{ file: folder, line: 1, column: 1, message: 'this folder is not empty', hint: 'Name a new one: orch demo ./orch-demo' }])
