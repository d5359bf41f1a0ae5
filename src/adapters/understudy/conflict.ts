/** Which side of a conflict is kept: ours first, then theirs, or one of them. */
export type Keep = 'both' | 'ours' | 'theirs'

/** Replaces every conflict in a text; a marker without its partners is left as it stands. */
export function resolveConflicts(text: string, keep: Keep): string {
  const resolved: string[] = []
  let rest = text.split(/(?<=\n)/)
  while (rest.length > 0) {
    const start = rest.findIndex((line) => line.startsWith('<<<<<<< '))
    const conflict = start === -1 ? null : readConflict(rest.slice(start))
    if (conflict === null) return [...resolved, ...rest].join('')
    const { ours, theirs, length } = conflict
    resolved.push(...rest.slice(0, start), ...(keep === 'theirs' ? [] : ours), ...(keep === 'ours' ? [] : theirs))
    rest = rest.slice(start + length)
  }
  return resolved.join('')
}

/** `lines` begin with the first marker; what stands below `|||||||` is the common ancestor and belongs to neither side. */
function readConflict(lines: readonly string[]): { ours: readonly string[]; theirs: readonly string[]; length: number } | null {
  const middle = lines.findIndex((line) => /^=======\r?$/m.test(line))
  const end = lines.findIndex((line) => line.startsWith('>>>>>>> '))
  if (middle === -1 || end < middle) return null
  const ancestor = lines.findIndex((line) => line.startsWith('||||||| '))
  const endOfOurs = ancestor !== -1 && ancestor < middle ? ancestor : middle
  return { ours: lines.slice(1, endOfOurs), theirs: lines.slice(middle + 1, end), length: end + 1 }
}
