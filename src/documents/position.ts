/** A place in a text. Lines and columns count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

export const firstPlace: Position = { line: 1, column: 1 }

/** Turns offsets of one text into places; made once for each text. */
export function placesIn(text: string): (offset: number) => Position {
  const starts = [0]
  for (const end of text.matchAll(/\r\n|\n|\r/g)) starts.push(end.index + end[0].length)
  return (offset) => {
    const line = lastAtMost(starts, offset)
    return { line: line + 1, column: offset - (starts[line] ?? 0) + 1 }
  }
}

/** The index of the last number that is not above `limit`, by halving. */
function lastAtMost(sorted: readonly number[], limit: number): number {
  let low = 0
  let high = sorted.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((sorted[middle] ?? 0) <= limit) low = middle
    else high = middle - 1
  }
  return low
}
