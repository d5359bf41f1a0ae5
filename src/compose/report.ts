import { systemClock } from '../adapters/clock/clock.js'
import { secretRedactor } from '../adapters/processes/secret-redactor.js'
import type { WorkId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { type Report, reportOf } from '../core/report.js'
import type { ChangeSummary } from '../core/reported-task.js'
import { ok, type Result } from '../core/result.js'
import type { Work } from '../core/work.js'
import { reportHtml } from '../documents/report-html.js'
import { reportMarkdown } from '../documents/report-md.js'
import { readPool } from './accounts.js'
import { factsOf, type SeenRun } from './inspect.js'
import type { Project } from './project.js'

type ReportFormat = 'md' | 'json' | 'html'

/** The report of a run as it stands now, whether it is under way, over or was cut off; it takes no lock and changes nothing. */
export async function writeReport(project: Project, seen: SeenRun, format: ReportFormat): Promise<Result<string, Failure>> {
  const report = await reportFor(project, seen)
  return report.ok ? ok(writers[format](report.value)) : report
}

/** The same before it is written down, without secrets. */
export async function reportFor(project: Project, seen: SeenRun): Promise<Result<Report, Failure>> {
  const facts = await factsOf(seen)
  if (!facts.ok) return facts
  const changes = await changesOf(project, Object.values(seen.state.work))
  const context = { now: systemClock.now(), running: seen.running, changes, milestonesDir: project.config.milestones.dir }
  return ok(await withoutSecrets(project, reportOf(seen.state, facts.value, context)))
}

const writers: Readonly<Record<ReportFormat, (report: Report) => string>> = {
  md: reportMarkdown,
  html: reportHtml,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
}

async function changesOf(project: Project, works: readonly Work[]): Promise<ReadonlyMap<WorkId, ChangeSummary>> {
  const changes = new Map<WorkId, ChangeSummary>()
  for (const work of works) {
    const range = rangeOf(work)
    const change = range === null ? null : await project.repository.changeSummary(...range)
    // What git cannot tell any more is left out.
    if (change?.ok === true && change.value !== null) changes.set(work.id, change.value)
  }
  return changes
}

/** What its merge brought; before that, what is on its branch. */
function rangeOf({ milestone, mergeCommit, workspace, head }: Work): readonly [from: string, to: string] | null {
  if (milestone === null) return null
  if (mergeCommit !== null) return [`${mergeCommit}^1`, mergeCommit]
  return workspace === null || head === null || head === workspace.base ? null : [workspace.base, head]
}

/** Facts are saved without them, but subjects of commits come from git as agents wrote them. */
async function withoutSecrets(project: Project, report: Report): Promise<Report> {
  const pool = await readPool(project)
  const known = pool.ok ? [...pool.value.environments.values(), pool.value.secrets] : []
  const redactor = secretRedactor(project.surroundings.env, project.config.agent.env, ...known)
  return JSON.parse(redactor.redact(JSON.stringify(report))) as Report
}
