import type { Report, ReportedStage } from '../core/report.js'
import type { ReportedTask } from '../core/reported-task.js'
import { dollars, share, timeTaken } from './report-figures.js'
import { blocksMarkdown } from './report-md.js'
import { stageBlocks } from './report-page.js'
import { deferredBlocks, refusedBlocks } from './report-tables.js'

/** What a pull request says to those who are to take it in. */
export interface PullRequestText {
  readonly title: string
  /** Markdown. */
  readonly body: string
}

/**
 * A stage, or one task of it, for people who were not there: what was asked and done, the proof of each exit criterion, what reviews
 * objected to and how that ended, what is left over, what it cost.
 * @param task null: the whole stage
 */
export function pullRequestText(report: Report, stage: number, task: string | null): PullRequestText {
  const told = report.stages.find((s) => s.stage === stage)
  if (told === undefined) throw new Error(`Internal error: the report tells of no stage ${stage}`)
  const tasks = told.tasks.filter((t) => (task === null ? t.state === 'merged' : t.id === task))
  const part = partOf(report, { ...told, tasks, ...(task === null ? {} : { whole: null }) })
  const { objections } = part
  const blocks = [
    ...stageBlocks({ ...told, tasks, whole: task === null ? told.whole : null }),
    ...refusedBlocks(part),
    ...deferredBlocks(part),
  ]
  const body = [blocksMarkdown(blocks), costWords(tasks, told, task), objectionWords(share(objections, (o) => o.end.kind))]
  const origin = `Made by orch in the run ${report.run.id}, from facts that it saved and from git.`
  return { title: titleOf(tasks, stage), body: withoutCalls(`${[...body, origin].join('\n\n')}\n`) }
}

/** Only what was said of this part. */
function partOf(report: Report, stage: ReportedStage): Report {
  const ids = new Set([...stage.tasks.map((t) => t.id), ...(stage.whole === null ? [] : [`stage-${stage.stage}`])])
  return {
    ...report,
    stages: [stage],
    objections: report.objections.filter((o) => ids.has(o.task ?? o.work)),
    lostReviews: report.lostReviews.filter((r) => ids.has(r.work)),
  }
}

function titleOf(tasks: readonly ReportedTask[], stage: number): string {
  const [only] = tasks
  const title =
    only !== undefined && tasks.length === 1 ? `${only.id}: ${only.title}` : `Stage ${stage}: ${tasks.map((t) => t.id).join(', ')}`
  const line = withoutCalls(title.replace(/\s+/g, ' ').trim())
  return line.length <= 200 ? line : `${line.slice(0, 199)}…`
}

function costWords(tasks: readonly ReportedTask[], { whole }: ReportedStage, task: string | null): string {
  const sum = (of: (t: ReportedTask) => number): number => tasks.reduce((total, t) => total + of(t), 0)
  const shared = task === null ? (whole?.costUsd ?? 0) : 0
  const cost = dollars({ costUsd: sum((t) => t.costUsd) + shared, estimatedUsd: sum((t) => t.estimatedUsd) })
  return `Cost: ${cost}, ${timeTaken(sum((t) => t.durationMs))} of work.`
}

function objectionWords({ closed = 0, open = 0, deferred = 0 }: Readonly<Record<string, number>>): string {
  return `Objections of reviews: ${closed} closed, ${deferred} deferred, ${open} open.`
}

/** Text of agents calls nobody and closes no issue: after `@` and `#` stands a space of no width. */
const withoutCalls = (text: string): string => text.replace(/@(?=[\w-])/g, '@\u200b').replace(/#(?=\d)/g, '#\u200b')
