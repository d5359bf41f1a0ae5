/** Something that changed outside of the worktrees in which sessions run, and that orch did not do itself. */
export interface Change {
  readonly kind: 'file' | 'ref'
  /** Of a file: the top folder of its checkout. Of a ref: of the checkout that stands on it, or that it was stashed in; null: none does. */
  readonly place: string | null
  /** A file's path below the place; a ref's full name. */
  readonly name: string
  /** What was there and what is there now: a file's mode and content, a ref's commit. Null: nothing. */
  readonly before: string | null
  readonly after: string | null
  /** The worktree that its commits come from; null when they do not tell. */
  readonly madeIn: string | null
}

/** What a session reached for outside of its worktree, as its transcript tells. */
export interface Reach {
  /** Files that its file tools wrote there: absolute, links followed. */
  readonly writes: readonly string[]
  /** Commands that name a place out there, or have git move refs. */
  readonly commands: readonly ReachingCommand[]
}

export const noReach: Reach = { writes: [], commands: [] }

export interface ReachingCommand {
  /** Absolute paths outside of the session's worktree which it names. */
  readonly paths: readonly string[]
  /** What it says besides, word by word; `HEAD:main` also as `:main`. */
  readonly words: readonly string[]
  /** Git's own commands in it, as `commit`. */
  readonly git: readonly string[]
  /** It writes files, by the look of it. */
  readonly writes: boolean
}

/** Git commands that change the checkout in which they run, or the branch that it stands on. */
const changing = new Set(
  'add am apply bisect checkout checkout-index cherry-pick clean commit merge mv pull read-tree rebase reset restore revert rm stash switch'.split(
    ' ',
  ),
)
/** Git commands that move a ref which they name. */
const naming = new Set('branch checkout notes replace switch symbolic-ref tag update-ref worktree'.split(' '))
/** Git commands that move a ref which they name as a destination, `HEAD:main`. */
const sending = new Set(['fetch', 'pull', 'push'])
/** What `git stash` does to an entry that is there. */
const unstashing = new Set(['branch', 'clear', 'drop', 'pop', 'store'])

/**
 * Whether a session did it beyond reasonable doubt: it wrote that very file, its commits show it, or one of its
 * commands names what changed and does that kind of thing. That it ran at the time proves nothing: the person works too.
 */
export function isShownToBeDoneBy(change: Change, sessionPath: string, reach: Reach): boolean {
  if (change.madeIn !== null) return change.madeIn === sessionPath
  if (change.kind === 'ref') return reach.commands.some((command) => movesRef(command, change))
  const file = pathOf(change)
  return reach.writes.includes(file) || reach.commands.some((command) => changesFile(command, change, file))
}

/** Absolute for a file, the full name for a ref. */
export const pathOf = (change: Change): string => (change.kind === 'ref' ? change.name : `${change.place ?? ''}/${change.name}`)

function changesFile(command: ReachingCommand, change: Change, file: string): boolean {
  if (changesCheckout(command, change.place)) return true
  const isNamed = (path: string): boolean => path === file || (isBelow(file, path) && isBelow(path, change.place ?? ''))
  return command.writes && command.paths.some(isNamed)
}

const changesCheckout = (command: ReachingCommand, place: string | null): boolean =>
  place !== null && command.git.some((verb) => changing.has(verb)) && command.paths.some((path) => path === place || isBelow(path, place))

function movesRef(command: ReachingCommand, change: Change): boolean {
  if (changesCheckout(command, change.place)) return true
  if (change.name === 'refs/stash') return command.git.includes('stash') && command.words.some((word) => unstashing.has(word))
  const names = [change.name, change.name.replace(/^refs\/(heads|tags|notes)\//, '')]
  const says = (before: string): boolean => names.some((name) => command.words.includes(before + name))
  return (command.git.some((verb) => naming.has(verb)) && says('')) || (command.git.some((verb) => sending.has(verb)) && says(':'))
}

const isBelow = (path: string, folder: string): boolean => path.startsWith(folder.endsWith('/') ? folder : `${folder}/`)

/** One change for each thing, from what was there first to what is there last; what came back to what it was is none. */
export function coalesced(changes: readonly Change[]): readonly Change[] {
  const byName = new Map<string, Change>()
  for (const change of changes) {
    // Each entry of the stash is a thing of its own.
    const key = `${change.kind} ${pathOf(change)} ${change.name === 'refs/stash' ? (change.before ?? change.after) : ''}`
    byName.set(key, { ...change, before: (byName.get(key) ?? change).before })
  }
  return [...byName.values()].filter((change) => change.before !== change.after)
}
