import matter from 'gray-matter'

/** A file cut into its front matter and the rest, with the offsets that places are counted from. */
export interface SplitFile {
  /** The YAML text; null when the file has none. */
  readonly yaml: string | null
  readonly yamlStart: number
  /** Where the text after the front matter begins. */
  readonly bodyStart: number
}

/** Why a file cannot be cut. */
export interface SplitFault {
  readonly offset: number
  readonly message: string
  readonly hint: string
}

const fence = '---'

/** Nothing is parsed, let alone executed, by gray-matter: it only cuts. What it would do with `---js` is evaluate the text. */
const inert = { parse: () => ({}), stringify: () => '' }
const engines = { yaml: inert, json: inert, javascript: inert, coffee: inert }

/** Cuts the front matter off. The text has no byte order mark. */
export function splitFrontMatter(text: string): SplitFile | SplitFault {
  if (!text.startsWith(fence) || text.charAt(fence.length) === '-') return { yaml: null, yamlStart: 0, bodyStart: 0 }
  const firstLine = text.split(/\r?\n/, 1)[0] ?? fence
  const language = firstLine.slice(fence.length).trim()
  if (!['', 'yaml', 'yml'].includes(language.toLowerCase()))
    return {
      offset: fence.length,
      message: `the front matter says that it is ${JSON.stringify(language.slice(0, 40))}; only YAML is read`,
      hint: 'Let the first line be only ---, with YAML (key: value) below it',
    }
  // Given options, gray-matter leaves its cache alone; without, it would hand out the same object for the same text.
  const { matter: yaml } = matter(text, { engines })
  const yamlStart = language === '' ? fence.length : firstLine.length
  const end = yamlStart + yaml.length
  return end >= text.length ? unclosed : closed(text, { yaml, yamlStart, end })
}

const unclosed: SplitFault = {
  offset: 0,
  message: 'the front matter that begins here is never closed',
  hint: 'Close it with a line that is only ---; if a ruled line was meant, write ***',
}

function closed(text: string, cut: { yaml: string; yamlStart: number; end: number }): SplitFile | SplitFault {
  const closing = cut.end + 1
  const line = /^.*/.exec(text.slice(closing, closing + 200))?.[0] ?? ''
  if (line.trimEnd() !== fence)
    return { offset: closing, message: 'the line that closes the front matter holds more than ---', hint: 'Let that line be only ---' }
  // gray-matter leaves half of the last Windows line end behind.
  return { yaml: cut.yaml.replace(/\r$/, ''), yamlStart: cut.yamlStart, bodyStart: closing + fence.length }
}
