import { fitWidth } from './display-width.js'
import { oneLine } from './harmless.js'

/** The argument that says most about a use of a tool, best first. */
const telling = ['command', 'file_path', 'notebook_path', 'pattern', 'path', 'url', 'query', 'description', 'verdict', 'prompt', 'skill']

const widest = 160

/** The keys of which the argument is a path and nothing else. */
const paths = new Set(['file_path', 'notebook_path', 'path'])
/** Everything before a path's part within its worktree: the same for all of a task, and long. */
const toWorktree = /^.*[\\/]\.orch[\\/]worktrees[\\/][^\\/]+[\\/][^\\/]+[\\/]/
/** The same within a command, where blanks end a path. */
const worktree = /(?:[A-Za-z]:)?[^\s"'=:]*[\\/]\.orch[\\/]worktrees[\\/][^\\/\s"']+[\\/][^\\/\s"']+[\\/]/g

/** The program's name for giving the answer that a schema describes. */
const answering = 'StructuredOutput'

/** A use of a tool in a few words: `Bash: npm test`, `Edit: src/a.ts`. */
export function toolWords(name: string, input: Readonly<Record<string, unknown>>): string {
  const key = telling.find((k) => typeof input[k] === 'string' && input[k] !== '')
  const argument = key === undefined ? '' : oneLine(String(input[key])).replace(paths.has(key) ? toWorktree : worktree, '')
  const tool = name === answering ? 'answer' : oneLine(name)
  return fitWidth(argument === '' ? tool : `${tool}: ${argument}`, widest, '...')
}
