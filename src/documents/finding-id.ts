/**
 * A finding's name: the same place and the same claim have the same one in every round. Lines shift while work goes on,
 * so numbers do not count, and neither do case and punctuation.
 */
export function findingId(finding: { readonly file: string | null; readonly title: string }): string {
  const claim = finding.title
    .toLowerCase()
    .replace(/[^\p{L}]+/gu, ' ')
    .trim()
  const file = finding.file?.replaceAll('\\', '/').replace(/^\.\//, '') ?? ''
  return fnv1a(`${file}\n${claim}`).toString(16).padStart(8, '0')
}

/** Fowler, Noll and Vo's hash of 32 bits, over UTF-16 units. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
