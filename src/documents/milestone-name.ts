import { asMilestoneId, type MilestoneId, splitId } from '../core/milestone.js'

const namePattern = /^([1-9]\d*[A-Z]+)(?:-[^/\\]+)?\.md$/

/** What a file's name says: `1A-setup.md` → 1A, stage 1; null when it is no name of a milestone. */
export function readMilestoneName(name: string): { id: MilestoneId; stage: number } | null {
  const text = namePattern.exec(name)?.[1] ?? ''
  const id = asMilestoneId(text)
  const parts = splitId(text)
  return id === null || parts === null ? null : { id, stage: parts.stage }
}

/** The nearest good name: `1a.md` → `1A.md`, `milestone-2b setup.md` → `2B-setup.md`, `notes.md` → `1A-notes.md`. */
export function suggestMilestoneName(name: string): string {
  const bare = name.replace(/\.md$/i, '').replace(/^milestone[\s._-]*/i, '')
  const [, stage = '', letters = '', rest = ''] = /^0*([1-9]\d*)[\s._-]?([A-Za-z]{1,2})(?![A-Za-z])(.*)$/.exec(bare) ??
    /^0*([1-9]\d*)()(.*)$/.exec(bare) ?? ['', '1', '', bare]
  const slug = rest
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
  return `${stage}${letters.toUpperCase() || 'A'}${slug === '' ? '' : `-${slug}`}.md`
}
