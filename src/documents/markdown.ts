import type { Heading, ListItem, Nodes, Root, RootContent } from 'mdast'
import remarkGfm from 'remark-gfm'
import remarkParse from 'remark-parse'
import { unified } from 'unified'

const parser = unified().use(remarkParse).use(remarkGfm)

/** Reads markdown; null when it is nested deeper than the parser bears. */
export function parseMarkdown(text: string): Root | null {
  try {
    return parser.parse(text)
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** A level-2 heading and everything up to the next heading of its level or above. */
export interface Section {
  readonly heading: Heading
  /** The heading's text as it reads. */
  readonly title: string
  readonly content: readonly RootContent[]
}

export function sectionsOf(root: Root): Section[] {
  const sections: { heading: Heading; title: string; content: RootContent[] }[] = []
  let current: RootContent[] | null = null
  for (const node of root.children) {
    if (node.type === 'heading' && node.depth <= 2) {
      current = []
      if (node.depth === 2) sections.push({ heading: node, title: readable(node).text, content: current })
    } else current?.push(node)
  }
  return sections
}

/** The items of a section's own lists; lists inside items are details of these. */
export const topItems = (content: readonly RootContent[]): ListItem[] =>
  content.flatMap((node) => (node.type === 'list' ? node.children : []))

/** Text as it reads, without markup, and from which offset of the file each of its characters comes. */
export interface ReadableText {
  readonly text: string
  readonly offsetAt: (index: number) => number
}

export function readable(node: Nodes): ReadableText {
  const pieces: { at: number; offset: number }[] = []
  let text = ''
  const walk = (inner: Nodes): void => {
    const offset = inner.position?.start.offset ?? 0
    if (inner.type === 'text' || inner.type === 'inlineCode') {
      pieces.push({ at: text.length, offset: inner.type === 'inlineCode' ? offset + 1 : offset })
      text += inner.value
    } else if (inner.type === 'break') text += '\n'
    else if ('children' in inner) inner.children.forEach(walk)
  }
  walk(node)
  const offsetAt = (index: number): number => {
    const piece = pieces.findLast((p) => p.at <= index) ?? { at: 0, offset: node.position?.start.offset ?? 0 }
    return piece.offset + index - piece.at
  }
  return { text, offsetAt }
}

/** The markdown of an item's first paragraph on one line, its check box left out. */
export function firstParagraph(item: ListItem, file: string): string {
  const first = item.children[0]
  if (first === undefined || first.type === 'list') return ''
  const inline = first.type === 'paragraph' ? first.children : [first]
  const source = file.slice(inline[0]?.position?.start.offset ?? 0, inline.at(-1)?.position?.end.offset ?? 0)
  return source.replace(/\s+/g, ' ').trim()
}
