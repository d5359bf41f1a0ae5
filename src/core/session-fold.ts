import type { AgainAt, RecordedFact, WorkFact } from './fact.js'
import { addUsage } from './session.js'
import type { OpenSession, Silence, Work } from './work.js'

type Fact<Type extends WorkFact['type']> = RecordedFact & WorkFact & { readonly type: Type }

/** Folds in that a session begins, for an attempt or a review. */
export const beginSession = (work: Work, fact: Fact<'attempt-started' | 'review-started'>): Work => ({
  ...work,
  sessions: work.sessions + (fact.resumes ? 0 : 1),
  attempts: fact.type === 'attempt-started' ? fact.attempt : work.attempts,
  open: opened(fact),
})

function opened(fact: Fact<'attempt-started' | 'review-started'>): OpenSession {
  const isReview = fact.type === 'review-started'
  return {
    step: isReview ? 'review' : fact.step,
    session: fact.session,
    account: fact.account,
    resumes: fact.resumes,
    notBefore: 0,
    startedAt: Date.parse(fact.at),
    running: true,
    again: false,
    tree: isReview ? fact.tree : null,
    lens: isReview ? (fact.lens ?? 'correctness') : null,
    silence: null,
  }
}

/** Folds in that a session was cut short: it goes on later, unless its review must begin anew. */
export function interruptSession(work: Work, fact: Fact<'attempt-interrupted' | 'review-interrupted'>): Work {
  const resumes = fact.type === 'attempt-interrupted' || !fact.anew
  return {
    ...work,
    open: work.open === null ? null : { ...work.open, running: false, resumes, notBefore: 0, again: false, silence: null },
    evictions: fact.cause === 'memory' ? work.evictions + 1 : work.evictions,
    usage: addUsage(work.usage, fact.usage),
  }
}

/** Folds in that a session failed. Hanging has a ladder of its own, and counts neither against the task nor as a setback. */
export function failSession(work: Work, { failure, again, counts, usage }: Fact<'attempt-failed' | 'review-failed'>): Work {
  const hung = failure.reason === 'agent-silent' && !counts
  const isSetback = !counts && !hung
  return {
    ...work,
    usage: addUsage(work.usage, usage),
    failures: work.failures + (counts ? 1 : 0),
    setbacks: work.setbacks + (isSetback ? 1 : 0),
    remedy: hung && again !== null ? (again.session === 'resume' ? 'nudge' : 'restart') : work.remedy,
    open: repeated(work.open, again, hung ? { silentMs: failure.silentMs, tool: failure.tool ?? null } : null),
    failure: again === null ? failure : null,
    refusal: failure.reason === 'resolution-refused' ? { outside: failure.outside, lostTests: failure.lostTests } : work.refusal,
  }
}

const repeated = (open: OpenSession | null, again: AgainAt | null, silence: Silence | null): OpenSession | null =>
  open === null || again === null
    ? null
    : { ...open, running: false, resumes: again.session === 'resume', notBefore: again.at, again: true, silence }
