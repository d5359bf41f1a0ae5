/** Whether any of the words stands in the bytes. */
export type ByteSearch = (bytes: Uint8Array) => boolean

/** Pairs of bytes share this many places in the table of jumps. */
const places = 4096
const placeOf = (before: number, byte: number): number => ((before << 5) ^ byte) & (places - 1)

/**
 * Looks for many words in one pass that touches only some of the bytes, after Wu and Manber (A Fast Algorithm for Multi-Pattern Searching,
 * TR-94-17, 1994): the two bytes at the end of a window as long as the shortest word say how far no word can end.
 * @param words each of two bytes at least
 */
export function searchFor(words: readonly Uint8Array[]): ByteSearch {
  if (words.length === 0) return () => false
  const window = Math.min(...words.map((word) => word.length), 255)
  const jumps = new Uint8Array(places).fill(window - 1)
  for (const word of words)
    for (let at = 1; at < window; at++) {
      const place = placeOf(word[at - 1] ?? 0, word[at] ?? 0)
      jumps[place] = Math.min(jumps[place] ?? 0, window - 1 - at)
    }
  return (bytes) => {
    const { length } = bytes
    for (let at = window - 1; at < length; ) {
      const jump = jumps[placeOf(bytes[at - 1] as number, bytes[at] as number)] as number
      if (jump === 0 && words.some((word) => standsAt(bytes, at - window + 1, word))) return true
      at += jump === 0 ? 1 : jump
    }
    return false
  }
}

function standsAt(bytes: Uint8Array, from: number, word: Uint8Array): boolean {
  for (let at = 0; at < word.length; at++) if (bytes[from + at] !== word[at]) return false
  return true
}
