// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
const escapeSequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+/g

/** One line that any terminal shows as it stands, at most `most` characters long. */
export function plainWords(text: string, most: number): string {
  // A program's output may be huge: only as much as could be shown is looked at.
  const words = text
    .slice(0, most * 8)
    .replace(escapeSequences, '')
    .replace(unprintable, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
  const characters = [...words]
  return characters.length <= most ? words : `${characters.slice(0, most - 1).join('')}…`
}
