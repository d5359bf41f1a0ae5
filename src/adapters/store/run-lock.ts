import { unlink } from 'node:fs/promises'
import path from 'node:path'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import { realDisk } from './disk.js'
import { ensureFolder, renameStubbornly, syncFolder, uniqueBeside, writeNew } from './durable-file.js'
import { createExclusively, type LockText, parseLock, readLockFile, removeLeftClaims, tokenOf } from './lock-file.js'
import { isAlive, ownIdentity } from './process-identity.js'
import { asWriteError, codeOf } from './store-error.js'

/** Who holds the lock, for people. */
export interface LockHolder {
  readonly pid: number
  readonly host: string
  readonly run: string
  /** What was typed. */
  readonly command: string
  /** ISO 8601. */
  readonly at: string
}

/** Held until it is released or the process ends. */
export interface Lock {
  /** Content, not a promise, when it was taken away: it is released only if it is still ours. */
  release(): Promise<void>
}

export interface LockRequest {
  /** The lock's file, one for all worktrees of a repository. */
  readonly path: string
  readonly run: string
  readonly command: string
  /** ISO 8601. */
  readonly at: string
}

/**
 * One run in a repository at a time. The lock of a process that is gone is taken over; one of another machine never.
 *
 * Taking over must not let two win who found the same stale lock. So nobody removes it: each writes a claim to follow it,
 * `<lock>.after-<its token>`, which only one can make. Whoever made it and still finds the same stale lock puts its own in the place.
 *
 *   stale lock ─▶ claim after it ─ still the same? ─ yes ─▶ replaces it
 *                      │ exists                 └── no ──▶ withdraws, looks again
 *                      └─▶ its maker lives: held · is gone too: a claim after the claim
 */
export async function acquireLock(request: LockRequest): Promise<Result<Lock, Failure>> {
  const text = await compose(request)
  await ensureFolder(path.dirname(request.path))
  try {
    for (;;) {
      const outcome = await tryOnce(request.path, text)
      if (outcome === 'mine') return ok({ release: () => release(request.path, text) })
      if (outcome !== 'again') return err(outcome)
    }
  } catch (error) {
    throw asWriteError(error, request.path)
  }
}

/** Who holds the lock now; null: nobody, or somebody who is gone. */
export async function readLock(file: string): Promise<LockHolder | null> {
  return (await readHolding(file))?.holder ?? null
}

/** Whoever holds the lock, and what can be known of them. */
export interface Holding {
  readonly holder: LockHolder
  /** `unknown`: a process of another machine or container. */
  readonly state: 'alive' | 'unknown'
  /** Names this lock among all that ever were. */
  readonly token: string
}

/** Null: nobody holds it, or somebody who is gone. */
export async function readHolding(file: string): Promise<Holding | null> {
  const text = await readLockFile(file)
  const lock = text === null ? null : parseLock(text)
  if (text === null || lock === null) return null
  const state = await isAlive(lock)
  return state === 'dead' ? null : { holder: lock, state, token: tokenOf(text) }
}

/**
 * Sends a signal to the process that holds this very lock: its number, start and boot are compared right before.
 * @returns false when it is gone
 */
export async function signalHolder(file: string, token: string, signal: NodeJS.Signals): Promise<boolean> {
  const holding = await readHolding(file)
  if (holding?.token !== token || holding.state !== 'alive') return false
  try {
    return process.kill(holding.holder.pid, signal)
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
    throw error
  }
}

type Outcome = 'mine' | 'again' | (Failure & { reason: 'locked' })

async function tryOnce(file: string, text: LockText): Promise<Outcome> {
  const found = await readLockFile(file)
  if (found === null) {
    if (!(await createExclusively(file, text))) return 'again'
    await removeLeftClaims(file)
    return 'mine'
  }
  const last = await lastClaim(file, found)
  if (last.heldBy !== null) return { reason: 'locked', holder: last.heldBy }
  const claim = claimAfter(file, last.text)
  if (!(await createExclusively(claim, text))) return 'again'
  if ((await readLockFile(file)) !== found) {
    await unlink(claim).catch(() => undefined)
    return 'again'
  }
  await replace(file, text)
  await removeLeftClaims(file)
  return 'mine'
}

/** Follows the claims from the lock on to the last; each maker but the last is gone. */
async function lastClaim(file: string, first: LockText): Promise<{ text: LockText; heldBy: string | null }> {
  let text = first
  for (;;) {
    const heldBy = await holderOf(file, text)
    if (heldBy !== null) return { text, heldBy }
    const next = await readLockFile(claimAfter(file, text))
    if (next === null) return { text, heldBy: null }
    text = next
  }
}

async function holderOf(file: string, text: LockText): Promise<string | null> {
  const lock = parseLock(text)
  if (lock === null) return `nobody knows who: ${file} is damaged; if no orch is at work here, remove that file`
  const state = await isAlive(lock)
  if (state === 'dead') return null
  const holder = `pid ${lock.pid} since ${lock.at} on ${lock.host} (${lock.command})`
  return state === 'alive' ? holder : `${holder}; that is another machine or container: if it is gone, remove ${file}`
}

const claimAfter = (file: string, text: LockText): string => `${file}.after-${tokenOf(text)}`

async function replace(file: string, text: LockText): Promise<void> {
  const temporary = uniqueBeside(file)
  await writeNew(realDisk, temporary, text)
  await renameStubbornly(realDisk, temporary, file)
  await syncFolder(path.dirname(file))
}

async function release(file: string, text: LockText): Promise<void> {
  if ((await readLockFile(file)) !== text) return
  await unlink(file).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error
  })
}

async function compose(request: LockRequest): Promise<LockText> {
  const { run, command, at } = request
  return `${JSON.stringify({ ...(await ownIdentity()), run, command, at, nonce: path.basename(uniqueBeside('')) })}\n`
}
