import type { RootContent } from 'mdast'
import { asMilestoneId, type MilestoneId } from '../core/milestone.js'
import { type ReadableText, readable, topItems } from './markdown.js'

/** An id that something depends on, or a word that is none, and its offset in the file. */
export type DependencyMention = { readonly offset: number } & ({ readonly id: MilestoneId } | { readonly wrong: string })

const none = /^(?:none|nothing|no dependenc(?:y|ies)|n\/a|nil)(?![\w-])|^[-–—]+$/i

/** Words that may stand around ids in prose. */
const filler = new Set('and or milestone milestones task tasks depends on requires needs after'.split(' '))

/** Whether a text says that there is nothing: "None", "None (first milestone)", "N/A". */
export const saysNone = (text: string): boolean => text.trim() === '' || none.test(text.trim())

/** The ids under Dependencies: one or several to a list item, or prose with commas. */
export function dependenciesIn(content: readonly RootContent[]): DependencyMention[] {
  const items = topItems(content).flatMap((item) => item.children.slice(0, 1))
  const prose = content.filter((node) => node.type === 'paragraph')
  return [...prose, ...items].map((node) => readable(node)).flatMap(mentionsIn)
}

/** The ids in one text of the front matter; offsets count from its beginning. */
export const dependenciesNamed = (text: string): DependencyMention[] => mentionsIn({ text, offsetAt: (index) => index })

/**
 * Clauses are parted by commas, semicolons and line ends. An id may be followed by words about it (`1A - the parser`,
 * `1A: the parser`, `1A (the parser, and more)`); from there on only clauses that begin with an id count.
 */
function mentionsIn(readableText: ReadableText): DependencyMention[] {
  if (saysNone(readableText.text)) return []
  const text = readableText.text.replace(/\([^)]*\)?/g, (inside) => ' '.repeat(inside.length))
  const mentions: DependencyMention[] = []
  let commented = false
  for (const clause of text.matchAll(/[^,;\n]+/g)) {
    if (commented && !/^\s*(?:and\s+)?(?:milestone\s+)?\d+[A-Z]+(?![\w-])/i.test(clause[0])) continue
    const words = beforeComment(clause[0])
    commented ||= words.length < clause[0].length
    mentions.push(...mentionsInClause(words).map((m) => ({ ...m, offset: readableText.offsetAt(clause.index + m.offset) })))
  }
  return mentions
}

/** What follows a dash, a colon or a full stop is about the id before it; before the first id ("Depends on: 1A") nothing is. */
function beforeComment(clause: string): string {
  const marks = [...clause.matchAll(/\s[-–—]+\s|:|\.\s/g)]
  const comment = marks.find((mark) => /\d[A-Z]/i.test(clause.slice(0, mark.index)))
  return clause.slice(0, comment?.index)
}

/** Words without an id among them are one mistake, not one for each word. */
function mentionsInClause(clause: string): DependencyMention[] {
  const mentions: DependencyMention[] = []
  for (const word of clause.matchAll(/[^\s&+]+/g)) {
    const bare = word[0].replace(/^["'[<*_]+|["'\]>.:!*_-]+$/g, '')
    if (bare === '' || filler.has(bare.toLowerCase())) continue
    mentions.push({ ...mention(bare), offset: word.index + word[0].indexOf(bare) })
  }
  const [first] = mentions
  return first === undefined || mentions.some((m) => 'id' in m) || mentions.length === 1
    ? mentions
    : [{ wrong: clause.trim(), offset: first.offset }]
}

function mention(word: string): { id: MilestoneId } | { wrong: string } {
  const id = asMilestoneId(word)
  return id === null || word.startsWith('0') ? { wrong: word } : { id }
}

/** What to write in place of a word that is no id. */
export function dependencyHint(word: string): string {
  const [, stage, letters] = /^(?:.*\/)?0*([1-9]\d*)[\s._-]?([A-Za-z]{1,2})(?![A-Za-z])/.exec(word) ?? []
  if (stage !== undefined && letters !== undefined) return `Write ${stage}${letters.toUpperCase()}`
  if (/^(?:stages?\b.*|\d+)$/i.test(word)) return 'Name milestones like 1A; earlier stages are finished before this one begins anyway'
  return 'Write ids like 1A, one to a list item or with commas between, or None'
}
