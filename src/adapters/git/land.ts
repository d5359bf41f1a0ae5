import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import { advanceCheckout, type Checkout, indexOf, isSame, type Span, untrackedInTheWay } from './checkout.js'
import { changesBetween, isAncestor } from './commits.js'
import { withFiles } from './git-failure.js'
import { inOwnIndex } from './own-index.js'
import { checkoutsOf, type PersonsCheckout, unfinishedIn } from './persons-checkout.js'
import { parseStatus } from './raw-diff.js'
import { branchTip, swap } from './refs.js'
import type { Site } from './site.js'
import { exists } from './worktrees.js'

export interface Landing extends Span {
  readonly branch: string
  /** The branch that holds the finished work, for the message when it cannot land. */
  readonly keptOn: string
  /** For the reflog; absent: that it landed. */
  readonly why?: string
  /** A branch that is at neither end is refused, also when `to` is part of it: a move back always leads to a part. */
  readonly onlyBetween?: true
}

/**
 * Moves a person's branch, and every checkout that has it, without touching an uncommitted edit. Either all of it
 * happens or none; cut short in between, the same call finishes it. For use within a turn.
 */
export async function land(site: Site, landing: Landing): Promise<Result<void, Failure>> {
  const { branch, from, to } = landing
  const tip = await branchTip(site, branch)
  if (!tip.ok) return tip
  if (tip.value !== from && tip.value !== to) return alreadyIn(site, landing, tip.value)
  const checkouts = await checkoutsOf(site, branch)
  if (!checkouts.ok) return checkouts
  const behind = tip.value === to ? await checkoutsBehind(site, checkouts.value, landing) : checkouts
  if (!behind.ok) return behind
  // The branch was moved and its files were not brought: begin again, so that a refusal leaves the checkout whole.
  if (tip.value === to && behind.value.length > 0 && behind.value.length === checkouts.value.length) {
    const back = await takeBack(site, landing)
    if (!back.ok) return back
  }
  const refused = await firstRefusal(site, behind.value, landing)
  if (refused !== null) return err(refused)
  const moved = await swap(site, { branch, from, to, why: landing.why ?? `landed ${landing.keptOn}` })
  return moved.ok ? bringAll(site, behind.value, landing) : moved
}

/** Landed before, and the person went on from there; or the branch went another way. */
async function alreadyIn(site: Site, landing: Landing, tip: CommitId): Promise<Result<void, Failure>> {
  const contained = landing.onlyBetween === true ? ok(false) : await isAncestor(site, landing.to, tip)
  if (!contained.ok) return contained
  return contained.value ? ok(undefined) : err({ reason: 'branch-moved', branch: landing.branch, expected: landing.from })
}

const takeBack = (site: Site, { branch, from, to }: Landing): Promise<Result<void, Failure>> =>
  swap(site, { branch, from: to, to: from, why: 'a checkout was in the way' })

async function bringAll(site: Site, checkouts: readonly PersonsCheckout[], landing: Landing): Promise<Result<void, Failure>> {
  for (const [n, checkout] of checkouts.entries()) {
    const brought = await advanceCheckout(site, checkout, landing)
    if (brought.ok) continue
    // The person changed something since the look before the move.
    if (n === 0) await takeBack(site, landing)
    return err(await refusal(checkout, landing, brought.error))
  }
  return ok(undefined)
}

/**
 * Of checkouts whose branch has moved already, those whose index still is the old commit's. The index changes all at
 * once, so one path that arrived means that all did, and what differs now was done by the person.
 */
async function checkoutsBehind(
  site: Site,
  checkouts: readonly PersonsCheckout[],
  span: Span,
): Promise<Result<readonly PersonsCheckout[], Failure>> {
  const changes = await changesBetween(site, span.from, span.to)
  if (!changes.ok) return changes
  const behind: PersonsCheckout[] = []
  for (const checkout of checkouts) {
    const index = await indexOf(checkout)
    if (!index.ok) return index
    const isAt = (side: 'before' | 'after') => changes.value.some((change) => isSame(index.value.get(change.path), change[side]))
    if (isAt('before') && !isAt('after')) behind.push(checkout)
  }
  return ok(behind)
}

async function firstRefusal(site: Site, checkouts: readonly PersonsCheckout[], landing: Landing): Promise<Failure | null> {
  const unfinished = await unfinishedIn(site, landing.branch, checkouts)
  if (unfinished !== null) return { reason: 'checkout-busy', branch: landing.keptOn, ...unfinished }
  for (const checkout of checkouts) {
    const untracked = await untrackedInTheWay(site, checkout, landing)
    if (!untracked.ok) return untracked.error
    if (untracked.value.length > 0) return inTheWay(checkout, landing, untracked.value.join(', '))
    const tried = await rehearse(site, checkout, landing)
    if (!tried.ok) return refusal(checkout, landing, tried.error)
  }
  return null
}

/** Tries it on a copy of the index, so that a refusal leaves everything as it was. */
function rehearse(site: Site, checkout: PersonsCheckout, landing: Landing): Promise<Result<void, Failure>> {
  return inOwnIndex(site, async (env) => {
    const index = join(checkout.gitDir, 'index')
    const copied = await withFiles('look at the index', index, async () => {
      if (await exists(index)) await copyFile(index, env.GIT_INDEX_FILE)
    })
    if (!copied.ok) return copied
    const split = ['-c', 'core.splitIndex=false']
    const copy: Checkout = { path: checkout.path, ask: (ask) => checkout.ask({ ...ask, args: [...split, ...ask.args], env }) }
    return advanceCheckout(site, copy, landing, true)
  })
}

const inTheWay = (checkout: PersonsCheckout, landing: Landing, detail: string): Failure => ({
  reason: 'checkout-in-the-way',
  path: checkout.path,
  detail,
  branch: landing.keptOn,
})

/** Names the files that the person changed and the landing would change too; git names only the first. */
async function refusal(checkout: PersonsCheckout, landing: Landing, failure: Failure): Promise<Failure> {
  if (failure.reason !== 'git-failed') return failure
  const names = ['diff', '--name-only', '-z', '--no-renames', '--no-ext-diff', landing.from, landing.to]
  const arriving = await checkout.ask({ doing: 'compare two commits', args: names })
  const args = ['status', '--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=dirty']
  const status = await checkout.ask({ doing: 'look for changes', args })
  const touched = new Set(arriving.ok ? arriving.value.stdout.split('\0') : [])
  const files = status.ok ? [...parseStatus(status.value.stdout).keys()].filter((path) => touched.has(path)) : []
  return inTheWay(checkout, landing, files.length > 0 ? files.join(', ') : failure.detail)
}
