import { string } from '@oclif/core/args'
import { asFailure, asWrongName } from '../compose/trouble.js'
import { OrchCommand } from './orch-command.js'

const request = {
  selection: { stages: [], milestones: [] },
  concurrency: null,
  budget: { maxUsd: null, maxDurationMs: null },
  noWait: false,
  withoutReview: false,
  rehearse: false,
  json: false,
  fresh: false,
}

export default class Demo extends OrchCommand {
  protected override readonly startsSomething = true

  static override summary = 'see it at work on an example: no account, one minute'
  static override description =
    'Carries out the bundled milestones in a new repository, with the built-in stand-in for the agent: nothing is spent.'
  static override examples = ['orch demo\norch demo ./orch-demo']
  static override args = { folder: string({ description: 'a new or empty folder; a temporary one when it is not given' }) }

  async run(): Promise<void> {
    const { args } = await this.parse(Demo)
    const { demoFolder, firstParents, makeDemo } = await import('../compose/demo.js')
    const folder = await demoFolder(this.surroundings.cwd, args.folder ?? null)
    const surroundings = { ...this.surroundings, cwd: folder }
    const made = await makeDemo(surroundings, folder)
    if (!made.ok) this.complain(made.error === 'not-empty' ? notEmpty(folder) : asFailure(made.error))
    this.tell(`The demo's repository: ${folder}\n\n${expectations}\n`)
    const project = await this.projectIn(surroundings, null)
    const { startOrContinue } = await import('../compose/carry-out.js')
    const carried = this.unwrap(await startOrContinue(project, request))
    const log = await firstParents(surroundings, folder)
    if (log.ok) this.print(`\nThe branch now, the newest first:\n${log.value}`)
    const { ownCommand } = await import('../compose/own-command.js')
    this.print(placesToLook(folder, ownCommand(this.surroundings.env, process.argv[1] ?? 'bin/run.js')))
    if (carried.kind === 'carried-out') this.exit(carried.exitCode)
  }
}

const expectations =
  'You will see a refused review and its remediation (1A), a usage limit of three seconds that is waited out and a merge conflict that is resolved (1B), a failing check that is mended (1C), and two stages merged. A built-in stand-in plays the agent: nothing is spent, and the costs shown are made up.'

/** Commands that work as they stand, each with what it shows. */
function placesToLook(folder: string, orch: string): string {
  const show = process.platform === 'win32' ? 'type' : 'cat'
  const places: readonly (readonly [string, string])[] = [
    [`${show} TASKS.md`, 'what happened, with the evidence for each exit criterion'],
    ['git log --graph --oneline', 'every commit, and how the tasks came together'],
    [`${orch} status`, 'how the run stands'],
    [`${orch} logs 1A`, 'what its sessions said and did, and what the review found'],
    [
      `${show} ${process.platform === 'win32' ? 'milestones\\1A.md' : 'milestones/1A.md'}`,
      'what was asked for, and the script of the stand-in',
    ],
  ]
  const lines = places.flatMap(([command, shows]) => [`  ${command}`, `      ${shows}`])
  return ['', 'Look around:', `  cd ${/\s/.test(folder) ? `"${folder}"` : folder}`, ...lines].join('\n')
}

const notEmpty = (folder: string) => asWrongName(folder, `the folder ${folder} is not empty`, 'Name a new one: orch demo ./orch-demo')
