import type { AccountName } from '../../core/account.js'

/** What runs on this machine have found out of an account. */
export type SharedLimit =
  | { readonly kind: 'closed'; readonly until: number; readonly window: string | null }
  /** It was closed, and at that instant (epoch ms) a session got through. */
  | { readonly kind: 'opened'; readonly at: number }

/**
 * Tells the runs of all repositories of a person on this machine of the limits that one of them has met. It is a help and
 * no truth: what cannot be read says nothing, what cannot be written is not told.
 */
export interface SharedLimits {
  /** Null: nobody knows anything. */
  read(account: AccountName): Promise<SharedLimit | null>
  close(account: AccountName, until: number, window: string | null): Promise<void>
  open(account: AccountName): Promise<void>
  /** Whether this run may be the first one to try an account again. @returns false while another run tries */
  tryFirst(account: AccountName): Promise<boolean>
}
