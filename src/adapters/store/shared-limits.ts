import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { AccountName } from '../../core/account.js'
import type { Clock } from '../../engine/ports/clock.js'
import type { SharedLimit, SharedLimits } from '../../engine/ports/shared-limits.js'
import { realDisk } from './disk.js'
import { ensureFolder, removeIfThere, writeDurably } from './durable-file.js'
import { createExclusively } from './lock-file.js'

export interface SharedLimitsSetup {
  /** One for a person and a machine; null: there is no such place, and nothing is shared. */
  readonly folder: string | null
  /** What tells an account from others; may hold secrets, as only a salted hash of it is written. */
  readonly identityOf: (account: AccountName) => string
  readonly clock: Pick<Clock, 'now'>
}

const limit = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('closed'), until: z.number(), window: z.string().nullable() }),
  z.object({ kind: z.literal('opened'), at: z.number() }),
])
const claim = z.object({ by: z.string(), at: z.number() })

/** A run that was killed while it tried first holds up the others no longer than this. */
const claimMs = 120_000

/** The limits that runs on this machine have met, one small file for each account. */
export class SharedLimitFiles implements SharedLimits {
  readonly #me = randomUUID()
  #salt: Promise<string> | null = null

  constructor(private readonly setup: SharedLimitsSetup) {}

  async read(account: AccountName): Promise<SharedLimit | null> {
    return this.#help(null, async () => parsed(limit, await textOf(await this.#file(account, 'json'))))
  }

  async close(account: AccountName, until: number, window: string | null): Promise<void> {
    await this.#help(undefined, () => this.#settle(account, { kind: 'closed', until, window }))
  }

  async open(account: AccountName): Promise<void> {
    const known = await this.read(account)
    if (known?.kind === 'closed') await this.#help(undefined, () => this.#settle(account, { kind: 'opened', at: this.setup.clock.now() }))
  }

  async tryFirst(account: AccountName): Promise<boolean> {
    return this.#help(true, async () => {
      const file = await this.#file(account, 'first')
      const now = this.setup.clock.now()
      const other = parsed(claim, await textOf(file))
      if (other?.by === this.#me) return true
      if (other !== null && Math.abs(now - other.at) < claimMs) return false
      // One that says nothing yet may be another's, who is about to write it.
      if (other !== null || (await ageOf(file, now)) >= claimMs) await removeIfThere(realDisk, file)
      return createExclusively(file, JSON.stringify({ by: this.#me, at: now }))
    })
  }

  async #settle(account: AccountName, known: SharedLimit): Promise<void> {
    await writeDurably(await this.#file(account, 'json'), `${JSON.stringify(known)}\n`, { keepPrevious: false })
    const first = await this.#file(account, 'first')
    if (parsed(claim, await textOf(first))?.by === this.#me) await removeIfThere(realDisk, first)
  }

  async #file(account: AccountName, ending: string): Promise<string> {
    const { folder, identityOf } = this.setup
    if (folder === null) throw new Error('there is no place to share in')
    this.#salt ??= saltIn(folder)
    const name = createHash('sha256')
      .update(`${await this.#salt}\n${identityOf(account)}`)
      .digest('hex')
      .slice(0, 32)
    return path.join(folder, `${name}.${ending}`)
  }

  /** Nothing of this may cost a run anything: a full disk or a read-only home only means that nothing is shared. */
  async #help<T>(otherwise: T, deed: () => Promise<T>): Promise<T> {
    if (this.setup.folder === null) return otherwise
    try {
      return await deed()
    } catch {
      return otherwise
    }
  }
}

/** Made once: without it a hash of a key could be looked for in other places. */
async function saltIn(folder: string): Promise<string> {
  await ensureFolder(folder)
  const file = path.join(folder, 'salt')
  if ((await textOf(file)) === null) await createExclusively(file, randomBytes(16).toString('hex'))
  return (await textOf(file)) ?? ''
}

/** Milliseconds since a file was written; 0: it is not there. */
const ageOf = (file: string, now: number): Promise<number> =>
  stat(file).then(
    ({ mtimeMs }) => now - mtimeMs,
    () => 0,
  )

const textOf = (file: string): Promise<string | null> => readFile(file, 'utf8').catch(() => null)

function parsed<T>(shape: z.ZodType<T>, text: string | null): T | null {
  try {
    return text === null ? null : (shape.safeParse(JSON.parse(text)).data ?? null)
  } catch {
    return null
  }
}
