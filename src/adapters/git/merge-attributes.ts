/** A `.gitattributes` file of a commit. */
export interface AttributesFile {
  /** Relative to the top of the repository; empty: the top itself. */
  readonly folder: string
  readonly text: string
}

/** Built into git. Any other driver is a program of the person's configuration, and git merges as text where it knows none. */
const builtIn: ReadonlySet<string> = new Set(['merge=text', 'merge=binary', 'merge=union', '-merge', '!merge', 'merge'])

/**
 * What a commit's attributes say about merging, as one file for git: built-in drivers only, so that no program runs.
 * Format: `gitattributes(5)`; macros of the person's own are left out.
 * @returns empty when they say nothing
 */
export function mergeAttributes(files: readonly AttributesFile[]): string {
  const depth = ({ folder }: AttributesFile): number => (folder === '' ? 0 : folder.split('/').length)
  // The last line that matches counts, and a deeper file before a higher one.
  const sorted = [...files].sort((a, b) => depth(a) - depth(b))
  const lines = sorted.flatMap(({ folder, text }) => text.split('\n').flatMap((line) => mergeLine(folder, line)))
  return lines.map((line) => `${line}\n`).join('')
}

function mergeLine(folder: string, line: string): readonly string[] {
  const [, pattern, rest] = /^\s*("(?:[^"\\]|\\.)*"|[^\s"#]\S*)\s+(.*)$/.exec(line) ?? []
  const driver = driverIn(rest ?? '')
  const below = pattern === undefined ? null : patternBelow(folder, pattern)
  return driver === null || below === null ? [] : [`${below} ${driver}`]
}

function driverIn(attributes: string): string | null {
  const said = attributes.split(/\s+/).findLast((one) => one === 'binary' || /^[-!]?merge(=|$)/.test(one))
  if (said === undefined) return null
  // A macro of git's own.
  if (said === 'binary') return '-merge'
  return builtIn.has(said) ? said : 'merge'
}

/** @returns null for what this cannot say: a macro, or below a folder whose name would have to be quoted */
function patternBelow(folder: string, pattern: string): string | null {
  if (pattern.startsWith('[attr]')) return null
  if (folder === '') return pattern
  if (pattern.startsWith('"') || !/^[\w./@+-]+$/.test(folder)) return null
  if (pattern.startsWith('/')) return `${folder}${pattern}`
  return pattern.includes('/') ? `${folder}/${pattern}` : `${folder}/**/${pattern}`
}
