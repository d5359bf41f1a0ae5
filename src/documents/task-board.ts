import { approvalWords } from '../core/approval-words.js'
import { deferredFile, deferredIn } from '../core/deferred.js'
import { evidenceFor, isMet } from '../core/evidence.js'
import { wholeOf } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { describeFailure } from '../core/failure-words.js'
import { publicState } from '../core/public-state.js'
import type { RunState, StageState } from '../core/run-state.js'
import { shortCommit } from '../core/short-commit.js'
import type { Finding } from '../core/verdict.js'
import type { Work } from '../core/work.js'
import { harmlessCell, harmlessLine } from './harmless-markdown.js'
import { replaceRun, replaceSection } from './marked-section.js'
import { reviewCourse } from './review-course.js'

/**
 * TASKS.md as the state tells it: the part of this run between orch's markers is written anew; the parts of earlier runs
 * and everything outside the markers stay. The same text and state always give the same text.
 */
export function renderBoard(
  existing: string | null,
  state: RunState,
  places: BoardPlaces = { tasksFile: 'TASKS.md', milestones: 'milestones' },
): string {
  return replaceSection(existing ?? '# Tasks\n', (inside) => replaceRun(inside, state.run, runPart(state, places)))
}

/** Relative to the repository: the board's own file, and the folder of the milestones. */
export interface BoardPlaces {
  readonly tasksFile: string
  readonly milestones: string
}

function runPart(state: RunState, places: BoardPlaces): string {
  const stages = state.stages.flatMap((stage) => [...stagePart(state, stage), ...deferredPart(state, stage, places)])
  return [`## Run ${harmlessLine(state.run)}`, summary(state), ...stages].join('\n\n')
}

function summary(state: RunState): string {
  const tasks = state.stages.flatMap((stage) => worksOf(state, stage))
  const everything = Object.values(state.work)
  const merged = tasks.filter((w) => w.phase === 'merged').length
  const failed = tasks.filter((w) => w.phase === 'failed' || w.phase === 'parked' || w.phase === 'blocked').length
  const sum = (of: (work: Work) => number): number => everything.reduce((total, work) => total + of(work), 0)
  const stopped = failed === 0 ? '' : `, ${failed} not done`
  const tokens = `${sum((w) => w.usage.inputTokens)} tokens in, ${sum((w) => w.usage.outputTokens)} out`
  const rehearsal = state.rehearsal ? ' This is a rehearsal: a stand-in worked in the place of the agent.' : ''
  const branch = `Branch ${harmlessLine(state.baseBranch)} from ${short(state.baseCommit)}`
  return `${branch}: ${merged} of ${tasks.length} tasks merged${stopped}. Cost ${money(sum((w) => w.usage.costUsd))}, ${tokens}.${rehearsal}`
}

const worksOf = (state: RunState, stage: StageState): Work[] => stage.tasks.flatMap((id) => state.work[id] ?? [])

function stagePart(state: RunState, stage: StageState): string[] {
  const works = worksOf(state, stage)
  const whole = state.work[wholeOf(stage.stage)]
  const tasks = works.length === 0 ? 'No tasks.' : table(state, works)
  const undone = stage.undone === null ? [] : ['It was merged, and a person had it undone.']
  const parts = [`### Stage ${stage.stage}`, ...undone, tasks, ...checksPart(stage, [...works, ...(whole === undefined ? [] : [whole])])]
  parts.push(...works.flatMap(taskPart))
  if (whole !== undefined && tellsSomething(whole)) parts.push(wholePart(state, whole))
  const { failure } = stage
  if (failure !== null && ![...works, whole].some((w) => JSON.stringify(w?.failure) === JSON.stringify(failure)))
    parts.push(failureLine(failure, wholeOf(stage.stage)))
  return parts
}

/** Red before it began, or flaky: the work went on, and a person should look at it. */
function checksPart({ base }: StageState, works: readonly Work[]): string[] {
  const red = (base?.results ?? []).filter((r) => !r.passed).map((r) => harmlessLine(r.command))
  const flaky = [...new Set([...(base?.flaky ?? []), ...works.flatMap((w) => w.flaky.map((f) => f.command))])].map((command) =>
    harmlessLine(command),
  )
  return [
    ...(red.length === 0 ? [] : [`**Red before this stage began**, at ${short(base?.commit ?? null)}: ${red.join(', ')}`]),
    ...(flaky.length === 0 ? [] : [`**Flaky**, failed and then passed on the same commit: ${flaky.join(', ')}`]),
  ]
}

const head = ['Task', 'Title', 'State', 'Attempts', 'Rounds', 'Duration', 'Cost', 'Commit']

function table(state: RunState, works: readonly Work[]): string {
  const rows = works.map((w) => [
    w.id,
    harmlessCell(w.title),
    publicState(state, w),
    String(w.attempts),
    String(w.rounds),
    duration(w),
    money(w.usage.costUsd),
    short(w.mergeCommit ?? (w.head === w.workspace?.base ? null : w.head)),
  ])
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Where it is written what the reviews of a stage that has landed left to be done later. */
function deferredPart(state: RunState, { stage, landed }: StageState, { tasksFile, milestones }: BoardPlaces): string[] {
  const count = landed === null ? 0 : deferredIn(state, stage).length
  if (count === 0) return []
  const file = deferredFile(milestones, stage)
  const link = `${'../'.repeat(tasksFile.split('/').length - 1)}${encodeURI(file)}`
  return [`Left to be done later: ${count} ${count === 1 ? 'finding' : 'findings'}, in [${harmlessLine(file)}](${link}).`]
}

/** The exit criteria with their proof, and what went wrong. */
function taskPart(work: Work): string[] {
  const criteria = (work.milestone?.criteria ?? []).map(
    (c) => `- [${isMet(work, c) ? 'x' : ' '}] ${harmlessLine(c.text)} — ${harmlessLine(evidenceFor(work, c))}`,
  )
  const said = approvalWords(work)
  const lines = [
    criteria.join('\n'),
    reviewCourse(work),
    stageFindings(work),
    said === null ? '' : harmlessLine(said),
    work.failure === null ? '' : failureLine(work.failure, work.id),
  ].filter((line) => line !== '')
  return lines.length === 0 ? [] : [`#### ${work.id} ${harmlessLine(work.title)}`, ...lines]
}

const stageFindings = ({ stageFindings: found, stage }: Work): string =>
  found.length === 0
    ? ''
    : `The review of stage ${stage} had ${found.length} ${found.length === 1 ? 'finding' : 'findings'} in what it brought.`

/** The merged stage is worth a line only when more was done to it than merging. */
const tellsSomething = (whole: Work): boolean => whole.reviews > 0 || whole.attempts > 0 || whole.failure !== null

function wholePart(state: RunState, whole: Work): string {
  const verdict = whole.verdict === null ? '' : ` The review says: ${harmlessLine(whole.verdict.summary)}`
  const failure = whole.failure === null ? '' : `\n\n${failureLine(whole.failure, whole.id)}`
  const rounds = `${whole.reviews} ${whole.reviews === 1 ? 'review' : 'reviews'}, ${whole.rounds} ${whole.rounds === 1 ? 'round' : 'rounds'} of remediation`
  const findings = (whole.verdict?.findings ?? []).map((f) => `\n- ${findingLine(f)}`).join('')
  const told = findings === '' ? '' : `\n${findings}`
  return `The stage as a whole is ${publicState(state, whole)}: ${rounds}, ${money(whole.usage.costUsd)}.${verdict}${told}${failure}`
}

function findingLine({ severity, title, file, line, task }: Finding): string {
  const place = file === null ? '' : ` (${file}${line === null ? '' : `:${line}`})`
  return harmlessLine(`${severity}${task === undefined ? '' : `, ${task}`}: ${title}${place}`)
}

function failureLine(failure: Failure, id: string): string {
  const { message, hint, commands = [] } = describeFailure(failure, id)
  const typed = commands.length === 0 ? '' : `\n\n${commands.map((command) => `    ${harmlessLine(command)}`).join('\n')}`
  return `**Not done:** ${harmlessLine(message)}${hint === null ? '' : `\n\nNext: ${harmlessLine(hint)}`}${typed}`
}

const short = (commit: string | null): string => (commit === null ? '' : shortCommit(commit))

const money = (usd: number): string => `$${usd.toFixed(2)}`

/** From the first step to the end; of what has not ended, what its sessions took. */
function duration(work: Work): string {
  if (work.startedAt === null) return ''
  const ms = work.endedAt === null ? work.usage.durationMs : Math.max(0, Date.parse(work.endedAt) - Date.parse(work.startedAt))
  const seconds = Math.round(ms / 1000)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const named = parts.map((part, i) => `${part}${'hms'[i]}`)
  return named.slice(parts.findIndex((part, i) => part > 0 || i === 2)).join(' ')
}
