/** A program that crashes may print pages: the beginning says what it is about. `orch logs` shows the whole. */
const mostDetail = { lines: 3, characters: 300 }

/** A message with the beginning of what a program said. */
export function withDetail(text: string, detail: string): string {
  const lines = detail
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '')
  if (lines.length === 0) return text
  const shown = lines.slice(0, mostDetail.lines).join('\n')
  const cut = shown.length > mostDetail.characters ? `${shown.slice(0, mostDetail.characters).trimEnd()} ...` : shown
  return `${text}: ${cut}${lines.length > mostDetail.lines && cut === shown ? ' ...' : ''}`
}

/** Of a command's output the end says what went wrong. */
const mostOutput = 6

/** A message with the end of what a command printed, on lines of its own. */
export function withOutput(text: string, output: string): string {
  const lines = output.trim().split('\n')
  const shown = lines.length > mostOutput ? ['...', ...lines.slice(1 - mostOutput)] : lines
  return output.trim() === '' ? text : [text, ...shown].join('\n')
}
