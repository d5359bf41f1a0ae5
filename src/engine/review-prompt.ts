import type { Failure } from '../core/failure.js'
import type { Lens } from '../core/lens.js'
import type { EarlierRound } from '../core/prompt-subject.js'
import { ok, type Result } from '../core/result.js'
import type { Work } from '../core/work.js'
import { promptInput } from './attempt-prompt.js'
import { type Engine, failWork } from './engine.js'
import { workspaceOf } from './workspace.js'

/** What the records of the next review are told apart by. */
export const roundName = (work: Work, lens: Lens): string => `${work.reviews + 1}${lens === 'correctness' ? '' : `-${lens}`}`

export interface ReviewPrompt {
  readonly prompt: string
  /** Of all the work, as the prompt shows it or a part of it. */
  readonly diff: string
}

/**
 * The reviewer is shown the milestone, the diff, the checks, and what stood open before with the answers to it; never what else the
 * implementer says of its work. Null: there is no diff, and the work has failed.
 */
export async function reviewPrompt(engine: Engine, work: Work, as: { lens: Lens; resumes: boolean }): Promise<ReviewPrompt | null> {
  const { base } = workspaceOf(work)
  const { head } = work
  if (head === null) throw new Error(`Internal error: ${work.id} has nothing to review`)
  const diff = await engine.ports.repository.diff(base, head)
  if (!diff.ok) return noDiff(engine, work, diff.error)
  const before = await reviewBefore(engine, work, head)
  if (!before.ok) return noDiff(engine, work, before.error)
  const input = await promptInput(engine, work)
  const change = { base, head, diff: diff.value, checks: work.checks }
  const subject = { ...input, ...change, lens: as.lens, bar: engine.config.review.bar, before: before.value }
  const prompt = as.resumes ? engine.ports.prompts.reviewGoOn(subject) : engine.ports.prompts.review(subject)
  return { prompt, diff: diff.value }
}

async function noDiff(engine: Engine, work: Work, failure: Failure): Promise<null> {
  await failWork(engine, work.id, failure)
  return null
}

/** What the round before left open; null: there was none. */
async function reviewBefore(engine: Engine, work: Work, head: string): Promise<Result<EarlierRound | null, Failure>> {
  const round = work.history.at(-1)
  if (round === undefined) return ok(null)
  const { answers } = work
  // With others' work in between, the difference is not what was mended.
  if (round.base !== workspaceOf(work).base) return ok({ round, answers, diff: null })
  const diff = await engine.ports.repository.diff(round.commit, head)
  return diff.ok ? ok({ round, answers, diff: diff.value }) : diff
}
