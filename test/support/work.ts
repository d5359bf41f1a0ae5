import type { CheckResult } from '../../src/core/check.js'
import type { Milestone, MilestoneId } from '../../src/core/milestone.js'
import { noUsage } from '../../src/core/session.js'
import type { Verdict } from '../../src/core/verdict.js'
import type { Work } from '../../src/core/work.js'

/** A milestone that asks for nothing special. */
export const aMilestone = (part: Partial<Omit<Milestone, 'id' | 'depends'>> & { id: string; depends?: string[] }): Milestone => ({
  stage: Number.parseInt(part.id, 10),
  title: `Title of ${part.id}`,
  file: `milestones/${part.id}.md`,
  text: `# ${part.id}\n`,
  hash: `hash-of-${part.id}`,
  entryRequirements: [],
  tasks: [],
  criteria: [],
  priority: 'medium',
  paths: [],
  checks: [],
  model: null,
  effort: null,
  timeoutMs: null,
  retries: null,
  budgetUsd: null,
  estimateMs: null,
  optional: false,
  approval: false,
  allowEmpty: false,
  ...part,
  id: part.id as MilestoneId,
  depends: (part.depends ?? []) as MilestoneId[],
})

export const someWork = (part: Partial<Work>): Work => ({
  id: '1A',
  stage: 1,
  milestone: null,
  title: 'Title',
  optional: false,
  phase: 'pending',
  stoppedIn: null,
  failure: null,
  workspace: null,
  workspaceOpen: false,
  head: null,
  open: null,
  session: null,
  sessionAccount: null,
  attempts: 0,
  failures: 0,
  setbacks: 0,
  remedy: null,
  rounds: 0,
  reviews: 0,
  mergeRounds: 0,
  changed: true,
  alsoChecks: [],
  entryResults: [],
  checks: [],
  checkedCommit: null,
  verdict: null,
  obstacle: null,
  approvedByPerson: false,
  approvalNote: null,
  byHand: null,
  mergeCommit: null,
  held: null,
  evictions: 0,
  usage: noUsage,
  sessions: 0,
  model: null,
  unservedBy: [],
  startedAt: null,
  endedAt: null,
  ...part,
})

export const aCheckResult = (part: Partial<CheckResult>): CheckResult => ({
  command: 'true',
  passed: true,
  exitCode: part.passed === false ? 1 : 0,
  timedOut: false,
  durationMs: 1,
  output: '',
  digest: '0123456789ab',
  ...part,
})

export const aVerdict = (part: Partial<Verdict>): Verdict => ({ approved: true, summary: '', criteria: [], findings: [], ...part })
