import { blankWork } from '../../src/core/blank-work.js'
import type { CheckResult } from '../../src/core/check.js'
import type { Milestone, MilestoneId } from '../../src/core/milestone.js'
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

/** Work of stage 1; what a test cares about is given. */
export const someWork = (part: Partial<Work>): Work => ({
  ...blankWork('1A', 1, { title: 'Title', optional: false, milestone: null }),
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
