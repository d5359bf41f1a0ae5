import { allPassed, type CheckResult } from '../core/check.js'
import { checksFor } from '../core/checks-for.js'
import type { Failure } from '../core/failure.js'
import { ok, type Result } from '../core/result.js'
import { tasksOf } from '../core/run-state.js'
import type { Work } from '../core/work.js'
import { type Engine, failWork, record, stateOf, stopIfDiskFull } from './engine.js'
import { runChecks } from './run-checks.js'
import { isWhole, workspaceOf } from './workspace.js'

/** Runs everything that must pass for this work, on exactly the commit that it stands at. */
export async function checkWork(engine: Engine, work: Work): Promise<void> {
  const { path, branch } = workspaceOf(work)
  const { head } = work
  if (head === null) throw new Error(`Internal error: ${work.id} has no commit to check`)
  const name = `checks-${work.attempts}-${work.mergeRounds}`
  const checks = checksFor(subjects(engine, work), engine.config)
  const ran = await runChecks(engine, work.id, { checks, commit: head, path, branch: isWhole(work) ? null : branch, name })
  if (!ran.ok) return failWork(engine, work.id, ran.error)
  if (!allPassed(ran.value) && (await stopIfDiskFull(engine))) return
  const strayed = await strayedFiles(engine, work)
  if (!strayed.ok) return failWork(engine, work.id, strayed.error)
  await record(engine, { type: 'checks-finished', task: work.id, commit: head, results: [...strayed.value, ...ran.value] })
}

/** The whole of a stage must hold everything that its merged tasks promised. */
const subjects = (engine: Engine, work: Work): readonly Work[] =>
  isWhole(work) ? tasksOf(stateOf(engine), work.stage).filter((t) => t.mergeCommit !== null) : [work]

/** A milestone that names its paths must keep to them: a change elsewhere counts as a failed check. */
async function strayedFiles(engine: Engine, work: Work): Promise<Result<readonly CheckResult[], Failure>> {
  const paths = work.milestone?.paths ?? []
  if (paths.length === 0 || work.head === null) return ok([])
  const command = `paths: ${paths.join(' ')}`
  const changed = await engine.ports.repository.changedFiles(workspaceOf(work).base, work.head)
  if (!changed.ok) return changed
  const strayed = changed.value.filter((file) => !engine.ports.matches(file, paths))
  const output = strayed.map((file) => `changed outside of the milestone's paths: ${file}`).join('\n')
  const passed = strayed.length === 0
  return ok([{ command, passed, exitCode: passed ? 0 : 1, timedOut: false, durationMs: 0, output, digest: '' }])
}
