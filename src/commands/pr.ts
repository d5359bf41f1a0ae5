import { boolean, integer } from '@oclif/core/flags'
import { asWrongName } from '../compose/trouble.js'
import { pullRequestsText, type ToldRequests } from '../ui/pull-requests-text.js'
import { OrchCommand } from './orch-command.js'
import { jsonFlag, projectFlags } from './orch-flags.js'

export default class Pr extends OrchCommand {
  static override summary = 'show a merged stage to others as a pull request'
  static override description =
    'Pushes a branch of orch, never yours, and opens a pull request with what was done, proved, objected to and spent, or updates the one that is open: by gh or glab if it is logged in, else with GITHUB_TOKEN or GITLAB_TOKEN.'
  static override examples = ['orch pr\norch pr --stage 1 --draft\norch pr --print']
  static override flags = {
    stage: integer({ description: 'this stage in place of the one that was merged last', min: 1, helpValue: 'N' }),
    draft: boolean({ description: 'as a draft', default: false }),
    print: boolean({ description: 'only print the text, and the commands to publish it by hand', default: false }),
    ...projectFlags,
    ...jsonFlag,
  }

  async run(): Promise<void> {
    const { flags } = await this.parse(Pr)
    const project = await this.project(flags)
    const { publishByHand } = await import('../compose/publish-by-hand.js')
    const stop = this.stopOnSignals()
    const told = this.unwrapFailure(await publishByHand(project, { ...flags, stage: flags.stage ?? null, stop }))
    if (told === null && flags.stage !== undefined)
      this.complain(asWrongName('--stage', `no stage ${flags.stage} is merged`, 'See what there is: orch status'))
    if (flags.json) this.printJson(toJson(told))
    else if (told === null) this.print('No stage is merged yet.\nnext: orch run')
    else process.stdout.write(`${pullRequestsText(told)}\n`)
  }
}

const toJson = (told: ToldRequests | null) => ({ schemaVersion: 1, pullRequests: told })
