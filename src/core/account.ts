/** An account's name, as a person gave it. Facts and views hold names only: never a key, a login or an address. */
export type AccountName = string

/** The login that the agent program finds by itself, where no pool is configured or beside one. */
export const defaultAccount: AccountName = 'default'

/** One account that sessions may be paid by, as far as the choice between several needs it. */
export interface Account {
  readonly name: AccountName
  /** Lower ones are used first; those of equal rank take turns. */
  readonly rank: number
  /** Where its conversations are kept: accounts with the same place can go on with each other's. */
  readonly conversations: string
}

/** The one login that there is where no pool is configured. */
export const onlyAccount: Account = { name: defaultAccount, rank: 0, conversations: '' }

/** Whether `other` can go on with a conversation that `owner` paid for. An account that is no longer configured is nobody's. */
export function sharesConversations(accounts: readonly Account[], owner: AccountName, other: AccountName): boolean {
  const placeOf = (name: AccountName): string | null => accounts.find((account) => account.name === name)?.conversations ?? null
  return owner === other || (placeOf(owner) !== null && placeOf(owner) === placeOf(other))
}
