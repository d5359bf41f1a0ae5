import type { Fact, RecordedFact, RunEnding } from '../../src/core/fact.js'
import type { Failure } from '../../src/core/failure.js'
import type { Milestone, MilestoneId } from '../../src/core/milestone.js'
import { plannedTask } from '../../src/core/plan.js'
import { reduce } from '../../src/core/run-fold.js'
import type { RunState } from '../../src/core/run-state.js'
import { noUsage, type SessionStep, type Usage } from '../../src/core/session.js'
import { aCheckResult, aMilestone, aVerdict } from './work.js'

/** When every story begins: a Saturday afternoon, 14:00 in UTC. */
export const storyStart = Date.parse('2026-11-21T14:00:00.000Z')

/** Facts in order; a number lets that many seconds pass. */
export type Story = readonly (Fact | number)[]

/** A story as the journal saves it. */
export function recorded(story: Story, run = 'r1'): readonly RecordedFact[] {
  let at = storyStart
  const facts: RecordedFact[] = []
  for (const item of story) {
    if (typeof item === 'number') at += item * 1000
    else facts.push({ ...item, seq: facts.length + 1, at: new Date(at).toISOString(), run })
  }
  return facts
}

/** The instant at which a story stops, epoch milliseconds. */
export const storyEnd = (story: Story): number =>
  storyStart + story.reduce<number>((sum, item) => (typeof item === 'number' ? sum + item * 1000 : sum), 0)

/** The state after a story. */
export function folded(story: Story): RunState {
  const state = recorded(story).reduce<RunState | null>(reduce, null)
  if (state === null) throw new Error('A story needs at least one fact')
  return state
}

/** Tells a story to a view, each fact with the state after it. */
export function tell(view: { heard(fact: RecordedFact, state: RunState): void }, story: Story): RunState {
  let state: RunState | null = null
  for (const fact of recorded(story)) {
    state = reduce(state, fact)
    view.heard(fact, state)
  }
  return folded(story)
}

export const usage = (costUsd: number, seconds: number): Usage => ({
  ...noUsage,
  costUsd,
  durationMs: seconds * 1000,
  inputTokens: 1200,
  outputTokens: 80,
  turns: 3,
  toolUses: 2,
})

export const commitOf = (id: string): string => Buffer.from(`${id}-commit`.padEnd(20, '.')).toString('hex')

export function runStarted(milestones: readonly Milestone[]): Fact {
  const stages = [...new Set(milestones.map((m) => m.stage))]
  return {
    type: 'run-started',
    baseBranch: 'main',
    baseCommit: commitOf('base'),
    stages: stages.map((stage) => ({ stage, tasks: milestones.filter((m) => m.stage === stage).map(plannedTask) })),
    selection: { stages: [], milestones: [] },
    withoutReview: false,
    rehearsal: false,
  }
}

export const stageStarted = (stage: number, milestones: readonly Milestone[]): Fact => ({
  type: 'stage-started',
  stage,
  tip: commitOf('base'),
  branch: `orch/r1/stage-${stage}`,
  milestones: milestones.filter((m) => m.stage === stage),
})

export const opened = (task: string): Fact => ({
  type: 'workspace-opened',
  task,
  branch: `orch/r1/${task}`,
  path: `.orch/worktrees/${task}`,
  base: commitOf('base'),
})

export const attemptStarted = (task: string, attempt = 1, step: SessionStep = 'implement'): Fact => ({
  type: 'attempt-started',
  task,
  attempt,
  step,
  session: `${task}-${attempt}`,
  resumes: false,
  account: 'default',
  model: null,
})

export const attemptFinished = (task: string, attempt = 1, step: SessionStep = 'implement'): Fact => ({
  type: 'attempt-finished',
  task,
  attempt,
  step,
  session: `${task}-${attempt}`,
  commit: commitOf(task),
  changed: true,
  usage: usage(0.1, 60),
})

/** From the worktree to the running agent. */
export const begun = (task: string): Story => [opened(task), { type: 'entry-checked', task, results: [] }, attemptStarted(task)]

/** From the agent's end to the approval. */
export const reviewed = (task: string): Story => [
  attemptFinished(task),
  { type: 'checks-finished', task, commit: commitOf(task), results: [aCheckResult({ command: 'npm test' })] },
  { type: 'review-started', task, review: 1, session: `${task}-review-1`, resumes: false, account: 'default', model: null, tree: 't' },
  10,
  { type: 'review-given', task, review: 1, commit: commitOf(task), verdict: aVerdict({}), usage: usage(0.02, 10) },
  { type: 'task-approved', task, commit: commitOf(task) },
]

/** Everything a task needs, in 65 seconds. */
export const wholeLife = (task: string): Story => [...begun(task), 55, ...reviewed(task)]

/** The end of a stage: combined, reviewed as a whole, landed. */
export const combinedAndLanded = (stage: number, tasks: readonly string[]): Story => [
  {
    type: 'tasks-combined',
    stage,
    merges: tasks.map((task) => ({ task: task as MilestoneId, commit: commitOf(`merge-${task}`) })),
    tip: commitOf(`stage-${stage}`),
    results: [aCheckResult({ command: 'npm test' })],
    complete: true,
  },
  { type: 'review-started', task: `stage-${stage}`, review: 1, session: 's', resumes: false, account: 'default', model: null, tree: 't' },
  5,
  {
    type: 'review-given',
    task: `stage-${stage}`,
    review: 1,
    commit: commitOf(`stage-${stage}`),
    verdict: aVerdict({}),
    usage: usage(0.03, 5),
  },
  { type: 'task-approved', task: `stage-${stage}`, commit: commitOf(`stage-${stage}`) },
  { type: 'stage-landed', stage, branch: 'main', from: commitOf('base'), to: commitOf(`stage-${stage}`) },
]

export const ended = (ending: RunEnding, failure: Failure | null = null): Fact => ({ type: 'run-ended', ending, failure })

/** Two tasks in stage 1, one in stage 2. */
export const threeTasks: readonly Milestone[] = [
  aMilestone({ id: '1A', title: 'Read the file' }),
  aMilestone({ id: '1B', title: 'Export to CSV' }),
  aMilestone({ id: '2A', title: 'Write the manual' }),
]

/** All three of them, from the start to the end. */
export const goodStory: Story = [
  runStarted(threeTasks),
  stageStarted(1, threeTasks),
  ...wholeLife('1A'),
  ...wholeLife('1B'),
  ...combinedAndLanded(1, ['1A', '1B']),
  stageStarted(2, threeTasks),
  ...wholeLife('2A'),
  ...combinedAndLanded(2, ['2A']),
  ended('done'),
]
