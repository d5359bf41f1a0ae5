import type { Failure } from '../core/failure.js'
import { ok, type Result } from '../core/result.js'
import type { Work } from '../core/work.js'
import { type Engine, failWork } from './engine.js'
import { isWhole, workspaceOf } from './workspace.js'

/** A review may only read; whatever else its session did to the worktree must not get into a commit. @returns the files; null: the work cannot go on */
export async function putReviewBack(engine: Engine, work: Work): Promise<readonly string[] | null> {
  const { open, head } = work
  if (open === null || open.tree === null || head === null) return []
  const { path, branch } = workspaceOf(work)
  const noted = await noteChanges(engine, path, { session: open.session, tree: open.tree })
  const place = { path, branch: isWhole(work) ? null : branch }
  const back = noted.ok ? await engine.ports.repository.putBack({ ...place, now: noted.value.now }, { head, tree: open.tree }) : noted
  if (noted.ok && back.ok) return [...new Set([...noted.value.files, ...back.value])]
  if (!back.ok) await failWork(engine, work.id, back.error)
  return null
}

/**
 * Before it is undone: cut off in between, nothing else would tell of it, and the review would count.
 * @returns with what the worktree holds now, where it was looked at
 */
async function noteChanges(
  engine: Engine,
  path: string,
  review: { readonly session: string; readonly tree: string },
): Promise<Result<{ readonly files: readonly string[]; readonly now?: string }, Failure>> {
  const { records, repository } = engine.ports
  const note = `reviews/${review.session}-changed.json`
  const noted = await records.read(note)
  if (noted !== null) return ok({ files: JSON.parse(noted) as string[] })
  const now = await repository.snapshot(path)
  if (!now.ok) return now
  if (now.value === review.tree) return ok({ files: [], now: now.value })
  const changed = await repository.changedFiles(review.tree, now.value)
  if (!changed.ok) return changed
  if (changed.value.length > 0) await records.write(note, JSON.stringify(changed.value))
  return ok({ files: changed.value, now: now.value })
}
