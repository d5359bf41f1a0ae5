import path from 'node:path'
import type { RemoteAddress } from '../adapters/forge/remote-address.js'
import { remoteAddress } from '../adapters/forge/remote-address.js'
import { RunRecords } from '../adapters/store/run-records.js'
import { type CommitId, wholeOf } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import type { Landing } from '../core/landing.js'
import { ok, type Result } from '../core/result.js'
import { workOf } from '../core/run-state.js'
import { pullRequestText } from '../documents/pull-request-body.js'
import type { SeenRun } from './inspect.js'
import type { Project } from './project.js'
import { reportFor } from './report.js'

/** One branch that is to be published, and what its pull request says. */
export interface PlannedRequest {
  /** Null: the whole of the stage. */
  readonly task: string | null
  /** The branch on the remote, and the commit that it is set to. */
  readonly head: string
  readonly commit: CommitId
  readonly title: string
  readonly body: string
  /** Where the text is kept, relative to the repository. */
  readonly bodyFile: string
}

export interface PullRequestPlan {
  readonly remote: { readonly name: string; readonly url: string } | null
  /** Null: the remote is no server, but a folder. */
  readonly address: RemoteAddress | null
  /** What the person's branch is called there. */
  readonly base: string
  readonly requests: readonly PlannedRequest[]
}

const headOf = (run: string, id: string): string => `orch/${run}/${id}`

/** The branch under which a landed stage is published. */
export const stageHead = ({ run, stage }: Pick<Landing, 'run' | 'stage'>): string => headOf(run, wholeOf(stage))

/** What is published of a landed stage; the texts are kept with the run's records. */
export async function planRequests(
  project: Project,
  seen: SeenRun,
  landing: Landing,
  by: 'stage' | 'task',
): Promise<Result<PullRequestPlan, Failure>> {
  const report = await reportFor(project, seen)
  if (!report.ok) return report
  const { baseBranch } = seen.state
  const remote = await project.repository.remoteOf(baseBranch)
  if (!remote.ok) return remote
  const wanted = by === 'stage' ? [null] : landing.milestones
  const requests: PlannedRequest[] = []
  for (const task of wanted) {
    const text = pullRequestText(report.value, landing.stage, task)
    const name = `pull-requests/${task ?? wholeOf(landing.stage)}.md`
    await new RunRecords(seen.folder).write(name, text.body)
    const commit = task === null ? landing.to : (workOf(seen.state, task).head ?? landing.to)
    const head = task === null ? stageHead(landing) : headOf(landing.run, task)
    requests.push({
      task,
      head,
      commit,
      ...text,
      bodyFile: path.relative(project.root, path.join(seen.folder, name)).replaceAll('\\', '/'),
    })
  }
  const address = remote.value === null ? null : remoteAddress(remote.value.url)
  return ok({ remote: remote.value, address, base: remote.value?.base ?? baseBranch, requests })
}
