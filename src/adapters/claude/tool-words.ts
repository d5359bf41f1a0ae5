import { plainWords } from './plain-words.js'
import type { StreamEvent, ToolUse } from './stream-event.js'

const mostCharacters = 60

/** What the agent does now, in a few words: `Edit src/a.ts`, `Bash npm test`. Null when the event does not tell. */
export function doingNow(event: StreamEvent, cwd: string): string | null {
  if (event.kind === 'retry') return `waiting for the service (try ${event.attempt} of ${event.most})`
  if (event.kind !== 'assistant') return null
  const last = event.tools.at(-1)
  if (last !== undefined) return toolWords(last, cwd)
  return event.error === null ? 'thinking' : null
}

/** A use of a tool in a few words. @param cwd is left out of paths */
export function toolWords({ name, target }: ToolUse, cwd: string): string {
  // The program's name for giving the answer that a schema describes.
  if (name === 'StructuredOutput') return 'answering'
  const inside = target.replaceAll(`${cwd}/`, '').replaceAll(`${cwd}\\`, '')
  return plainWords(`${name} ${inside}`, mostCharacters)
}
