import type { Account, AccountName } from '../account.js'

/** What is known of the accounts when a session wants to start. */
export interface AccountChoice {
  /** In the order in which they take turns. */
  readonly accounts: readonly Account[]
  /** Epoch ms until which an account is closed; absent: it is open. */
  readonly closedUntil: (account: AccountName) => number | null
  /** On which the last session was started. */
  readonly last: AccountName | null
  /** Whose conversation would be gone on with; null: a new one is begun. */
  readonly conversationOf: AccountName | null
}

export type AccountDecision =
  | { readonly kind: 'start'; readonly account: AccountName }
  /** All that may be used are closed: look again then. */
  | { readonly kind: 'wait'; readonly account: AccountName; readonly until: number }

/** So long a conversation waits for its own account while another one is open; beyond that a new conversation costs less than the time. */
export const mostWorthWaiting = 3_600_000

/**
 * Chooses who pays for the next session. What goes on with a conversation stays with those who can read it, unless that would
 * take too long; else the open one of the lowest rank, staying on the last one used while it is open.
 */
export function chooseAccount(choice: AccountChoice, now: number): AccountDecision {
  const everyone = inTurn(choice)
  const readers = everyone.filter((account) => account.conversations === storeOf(choice))
  const own = readers.length === 0 ? null : pick(readers, choice, now)
  if (own !== null && (own.kind === 'start' || own.until - now <= mostWorthWaiting)) return own
  const any = pick(everyone, choice, now)
  // Where nobody can start, a conversation that opens soonest of all is what is waited for.
  return any.kind === 'start' || own === null ? any : own.until - any.until <= mostWorthWaiting ? own : any
}

const storeOf = ({ accounts, conversationOf }: AccountChoice): string | null =>
  accounts.find((account) => account.name === conversationOf)?.conversations ?? null

/** From the last one used on, round to it again. */
function inTurn({ accounts, last }: AccountChoice): readonly Account[] {
  const at = Math.max(
    0,
    accounts.findIndex((account) => account.name === last),
  )
  return [...accounts.slice(at), ...accounts.slice(0, at)]
}

function pick(from: readonly Account[], { closedUntil, conversationOf }: AccountChoice, now: number): AccountDecision {
  const known = from.map((account) => ({ account, until: closedUntil(account.name) ?? 0 }))
  const open = known.filter((one) => one.until <= now)
  const [first] = open
    .map((one) => one.account)
    .sort((a, b) => a.rank - b.rank || Number(b.name === conversationOf) - Number(a.name === conversationOf))
  if (first !== undefined) return { kind: 'start', account: first.name }
  const soonest = known.reduce((best, one) => (one.until < best.until ? one : best))
  return { kind: 'wait', account: soonest.account.name, until: soonest.until }
}
