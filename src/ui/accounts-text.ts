import { defaultAccount } from '../core/account.js'
import { oneLine } from './harmless.js'
import { type Moment, until } from './moment.js'
import type { AccountStatus } from './status-shape.js'
import { concurrencyWords, limitWords } from './wording.js'

/** One line for each account: open, or closed until when. */
export function accountLines(accounts: readonly AccountStatus[], moment: Moment): readonly string[] {
  const widest = Math.max(0, ...accounts.map((account) => account.name.length))
  return accounts.map((account) => `${account.name.padEnd(widest)}  ${accountWords(account, moment)}`)
}

/** The name stands before it. */
function accountWords({ window, until: opens, sessions, current }: AccountStatus, moment: Moment): string {
  if (opens !== null) return `closed until ${until(Date.parse(opens), moment)}: ${limitWords({ window, account: defaultAccount })}`
  const narrow = sessions === null ? '' : `; ${concurrencyWords({ account: defaultAccount, sessions })}`
  return `open${current ? ', in use' : ''}${narrow}`
}

/** What a session on an account came to. */
interface TestedAccount {
  readonly name: string
  readonly state: 'open' | 'closed' | 'refused' | 'unclear'
  readonly until: string | null
  /** Of a closed one the window, else why it is not open. */
  readonly detail: string | null
}

/** One line for each account that was tried. */
export function accountTestLines(accounts: readonly TestedAccount[], moment: Moment): readonly string[] {
  const widest = Math.max(0, ...accounts.map((account) => account.name.length))
  return accounts.map(({ name, state, until: opens, detail }) => {
    const when = opens === null ? '' : ` until ${until(Date.parse(opens), moment)}`
    const why = state === 'closed' ? limitWords({ window: detail, account: defaultAccount }) : detail
    return `${name.padEnd(widest)}  ${state}${when}${why === null ? '' : `: ${oneLine(why)}`}`
  })
}
