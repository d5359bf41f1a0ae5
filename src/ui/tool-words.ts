import { fitWidth } from './display-width.js'
import { oneLine } from './harmless.js'

/** The argument that says most about a use of a tool, best first. */
const telling = ['command', 'file_path', 'notebook_path', 'pattern', 'path', 'url', 'query', 'description', 'verdict', 'prompt', 'skill']

const widest = 160

/** A use of a tool in a few words: `Bash: npm test`, `Edit: src/a.ts`. */
export function toolWords(name: string, input: Readonly<Record<string, unknown>>): string {
  const key = telling.find((k) => typeof input[k] === 'string' && input[k] !== '')
  const argument = key === undefined ? '' : oneLine(String(input[key]))
  return fitWidth(argument === '' ? oneLine(name) : `${oneLine(name)}: ${argument}`, widest, '...')
}
