import type { CheckResult } from '../core/check.js'
import { type Sighting, showsTest, weigh, withWeighed } from '../core/evidence.js'
import type { CommitId } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { placeNamed } from '../core/named-place.js'
import { ok, type Result } from '../core/result.js'
import type { CriterionJudgement, Verdict } from '../core/verdict.js'
import type { Work } from '../core/work.js'
import type { Engine } from './engine.js'
import { workspaceOf } from './workspace.js'

/** Looks after everything that a verdict names as evidence: in git at the commit that was judged, never in the worktree, and in what the checks printed. */
export async function weighEvidence(engine: Engine, work: Work, verdict: Verdict): Promise<Result<Verdict, Failure>> {
  const { head } = work
  if (head === null) throw new Error(`Internal error: ${work.id} has nothing that could be judged`)
  const weighed: CriterionJudgement[] = []
  for (const judgement of verdict.criteria) {
    const seen = judgement.met ? await lookFor(engine, work, judgement) : ok(nothingNamed)
    if (!seen.ok) return seen
    weighed.push(weigh(judgement, seen.value, head))
  }
  return ok(withWeighed(verdict, weighed))
}

const nothingNamed: Sighting = { place: null, test: null, commit: null }

async function lookFor(engine: Engine, work: Work, judgement: CriterionJudgement): Promise<Result<Sighting, Failure>> {
  const place = await placeSeen(engine, work, judgement)
  if (!place.ok) return place
  const commit = await commitSeen(engine, work, judgement.commit ?? null)
  if (!commit.ok) return commit
  return ok({ place: place.value, commit: commit.value, test: await testSeen(engine, work.checks, judgement.test ?? null) })
}

type Seen<K extends keyof Sighting> = Promise<Result<Sighting[K], Failure>>

async function placeSeen(engine: Engine, work: Work, { file, line }: CriterionJudgement): Seen<'place'> {
  if (file === null) return ok(null)
  const named = placeNamed({ file, line }, workspaceOf(work).path)
  const now = await linesAt(engine, work.head ?? '', named.file)
  if (!now.ok) return now
  if (now.value !== null) return ok({ ...named, lines: now.value, isRemoved: false })
  const before = await linesAt(engine, workspaceOf(work).base, named.file)
  return before.ok ? ok({ ...named, lines: null, isRemoved: before.value !== null }) : before
}

/** Null: there is no such file. */
async function linesAt(engine: Engine, commit: CommitId, file: string): Promise<Result<number | null, Failure>> {
  // Git takes a name that ends so for all that is in the folder.
  if (file === '' || file.endsWith('/')) return ok(null)
  const text = await engine.ports.repository.readFile(commit, file)
  return text.ok ? ok(text.value === null ? null : linesOf(text.value)) : text
}

const linesOf = (text: string): number => text.split('\n').length - (text.endsWith('\n') || text === '' ? 1 : 0)

async function commitSeen(engine: Engine, { head }: Work, named: string | null): Seen<'commit'> {
  if (named === null) return ok(null)
  const found = await engine.ports.repository.commitNamed(named, head ?? '')
  return found.ok ? ok({ named, found: found.value }) : found
}

async function testSeen({ ports }: Engine, checks: readonly CheckResult[], name: string | null): Promise<Sighting['test']> {
  if (name === null) return null
  const passed = checks.filter((c) => c.passed)
  for (const check of passed) if (showsTest(check.output, name)) return { name, command: check.command }
  for (const { command, log } of passed) {
    const whole = log === undefined ? null : await ports.records.read(log)
    if (whole !== null && showsTest(whole, name)) return { name, command }
  }
  return { name, command: null }
}
