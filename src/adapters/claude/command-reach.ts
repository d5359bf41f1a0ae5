import { isAbsolute, resolve } from 'node:path'
import type { ReachingCommand } from '../../core/leak.js'
import { isWithin, slashed } from './real-path.js'

/** Where a command is run. */
export interface CommandPlace {
  /** The session's worktree, links followed. */
  readonly cwd: string
  /** The person's home folder; null: unknown. */
  readonly home: string | null
}

/** Programs that change no file by themselves. */
const readers = new Set(
  '[ basename cat cd cut diff dirname du echo egrep exit false fgrep file find grep head jq less ls more popd printf pushd pwd readlink realpath rg sleep sort stat tail test tr tree true type uniq wc which'.split(
    ' ',
  ),
)
const readingGit = new Set(
  'blame cat-file describe diff for-each-ref grep help log ls-files ls-tree merge-base name-rev rev-list rev-parse shortlog show show-ref status var version whatchanged'.split(
    ' ',
  ),
)
/** Words before the program that is meant. */
const prefixes = new Set('! builtin command do else env exec if nohup sudo then time until while'.split(' '))
/** What follows these is the folder in which the rest happens. */
const goesTo = new Set(['cd', 'pushd', '-C', '--cwd', '--directory', '--git-dir', '--prefix', '--work-tree'])
const takesValue = new Set(['-C', '-c', '--git-dir', '--work-tree', '--namespace'])

const mostWords = 300
const separator = /^[;|&()\n]+$/

/**
 * What a command line names outside of the worktree, and what git is told to do. The shell is not understood, only read:
 * it shows what a command speaks of, never that nothing else was done. Null: it stays where it belongs.
 */
export function reachOf(command: string, place: CommandPlace): ReachingCommand | null {
  const tokens = tokensOf(command)
  const paths = pathsIn(tokens, place)
  const git = gitCommandsIn(tokens).filter((verb) => !readingGit.has(verb))
  if (paths.length === 0 && git.length === 0) return null
  return { paths, git, words: wordsIn(tokens), writes: writes(tokens, git) }
}

/** Words and separators. What stands in quotes may be a command of its own: its words are added. */
function tokensOf(command: string, depth = 0): readonly string[] {
  const tokens: string[] = []
  for (const match of command.matchAll(/"((?:\\.|[^"\\])*)"|'([^']*)'|(>+|[;|&()\n]+|[^\s;|&()<>"'`]+)/g)) {
    const quoted = match[1] ?? match[2]
    tokens.push(quoted ?? match[3] ?? '')
    if (quoted !== undefined && depth < 2 && /[\s;'"(]/.test(quoted)) tokens.push(';', ...tokensOf(quoted, depth + 1), ';')
    if (tokens.length > mostWords) break
  }
  return tokens.slice(0, mostWords)
}

function pathsIn(tokens: readonly string[], { cwd, home }: CommandPlace): readonly string[] {
  const found = new Set<string>()
  const folders: string[] = []
  const outside = (from: string, text: string): string | null => {
    const path = resolve(from, text)
    return isWithin(path, cwd) || path === cwd ? null : path
  }
  for (const [i, token] of tokens.entries()) {
    const [option = '', value] = token.startsWith('-') ? token.split('=', 2) : ['', token.replace(/^\w+=/, '')]
    if (value === undefined || value === '' || separator.test(value) || value.startsWith('>')) continue
    const text = expanded(value, { cwd, home })
    const isPath = isAbsolute(text) || text.split(/[\\/]/).includes('..')
    const path = isPath ? outside(cwd, text) : null
    if (path !== null) found.add(path)
    if (path !== null && goesTo.has(option === '' ? (tokens[i - 1] ?? '') : option)) folders.push(path)
    if (!isPath) for (const folder of folders.slice(-4)) found.add(resolve(folder, text))
  }
  return [...found].slice(0, mostWords).map(slashed)
}

function expanded(text: string, { cwd, home }: CommandPlace): string {
  const withHome = home === null ? text : text.replace(/^(~|\$HOME|\$\{HOME\})(?=\/|$)/, home)
  return withHome.replace(/^(\$PWD|\$\{PWD\})(?=\/|$)/, cwd)
}

const programOf = (token: string): string =>
  token
    .split(/[\\/]/)
    .at(-1)
    ?.replace(/\.exe$/i, '') ?? token

function gitCommandsIn(tokens: readonly string[]): readonly string[] {
  const verbs: string[] = []
  for (const [i, token] of tokens.entries()) {
    if (programOf(token) !== 'git') continue
    let at = i + 1
    while (tokens[at]?.startsWith('-') === true) at += takesValue.has(tokens[at] ?? '') ? 2 : 1
    const verb = tokens[at]
    if (verb !== undefined && /^[a-z][a-z-]*$/.test(verb)) verbs.push(verb)
  }
  return [...new Set(verbs)]
}

/** `+HEAD:refs/heads/main` also names its destination, as `:refs/heads/main`. */
function wordsIn(tokens: readonly string[]): readonly string[] {
  const words = tokens.filter((token) => !separator.test(token) && token.length <= 300)
  const destinations = words.flatMap((word) => (/^[^:/]*[^:]*:[^:]+$/.test(word) ? [word.slice(word.lastIndexOf(':'))] : []))
  return [...new Set([...words, ...destinations])]
}

function writes(tokens: readonly string[], git: readonly string[]): boolean {
  if (git.length > 0 || tokens.some((token, i) => token.startsWith('>') && tokens[i + 1] !== '/dev/null')) return true
  let isProgram = true
  for (const token of tokens) {
    if (separator.test(token)) isProgram = true
    else if (isProgram && !prefixes.has(token) && !/^\w+=/.test(token)) {
      const program = programOf(token)
      if (program !== 'git' && !readers.has(program)) return true
      isProgram = false
    }
  }
  return false
}
