/** The lines between which orch writes. */
const begin = '<!-- orch:begin -->'
const end = '<!-- orch:end -->'

/**
 * Puts `content` between the markers and leaves all else as it is, to the byte; line ends become those of the text.
 *
 * The last beginning that has an end before the next beginning is taken. Where there is none (no markers, one without
 * the other, the two the wrong way round) nobody can tell what is ours, so nothing is replaced: a new section is put
 * at the end. That one is found from then on.
 */
export function replaceSection(text: string, content: (before: string) => string): string {
  const newline = /\r?\n/.exec(text)?.[0] ?? '\n'
  const found = lastPair(text)
  const inside = found === null ? '' : text.slice(found.from, found.to)
  const written = `\n\n${content(inside.replaceAll('\r\n', '\n')).trim()}\n\n`.replaceAll('\n', newline)
  if (found !== null) return text.slice(0, found.from) + written + text.slice(found.to)
  const gap = text === '' ? '' : text.endsWith('\n') ? newline : newline + newline
  return `${text}${gap}${begin}${written}${end}${newline}`
}

/** The offsets after the beginning and before the end. Markers count only when they are alone on their line. */
function lastPair(text: string): { from: number; to: number } | null {
  const markers = [...text.matchAll(/^[ \t]*<!-- orch:(begin|end) -->[ \t]*$/gm)]
  for (let i = markers.length - 2; i >= 0; i--) {
    const [first, second] = [markers[i], markers[i + 1]]
    if (first?.[1] === 'begin' && second?.[1] === 'end') return { from: first.index + first[0].trimEnd().length, to: second.index }
  }
  return null
}

const runMarker = /^<!-- orch:run (\S+) -->$/gm

/** Replaces the part of one run among those of others, which stay as they are; a new one comes first. */
export function replaceRun(inside: string, run: string, content: string): string {
  const parts = [...inside.matchAll(runMarker)]
  const before = inside.slice(0, parts[0]?.index ?? inside.length).trim()
  const runs = parts.map((part, i) => ({ run: part[1], text: inside.slice(part.index, parts[i + 1]?.index).trim() }))
  const own = { run, text: `<!-- orch:run ${run} -->\n${content.trim()}` }
  const all = runs.some((r) => r.run === run) ? runs.map((r) => (r.run === run ? own : r)) : [own, ...runs]
  return [before, ...all.map((r) => r.text)].filter((text) => text !== '').join('\n\n')
}
