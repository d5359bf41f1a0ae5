import type { Heading, ListItem, Paragraph, Root, RootContent } from 'mdast'
import { nearest } from '../core/nearest.js'
import { commandOf } from './list-item-command.js'
import { firstParagraph, readable, type Section, sectionsOf, topItems } from './markdown.js'

const names = {
  description: ['description'],
  entry: ['entry requirements', 'entry requirement', 'entry criteria'],
  tasks: ['tasks', 'task'],
  exit: ['exit criteria', 'exit criterion'],
  dependencies: ['dependencies', 'dependency'],
  estimate: ['estimated time', 'estimate', 'time estimate'],
} as const

type Part = keyof typeof names

/** What a bullet says, and the command that decides it, if one does. */
export interface Bullet {
  readonly text: string
  readonly command: string | null
}

/** The body of a milestone file, taken apart by its headings. */
export interface MilestoneSections {
  /** The heading that names the milestone: the first one, unless it begins a section. */
  readonly heading: Heading | null
  readonly tasks: readonly string[]
  readonly entry: readonly Bullet[]
  readonly exit: readonly Bullet[]
  readonly dependencies: readonly RootContent[]
  readonly estimate: string
  /** Headings that look like a typing error of one that means something, and what was meant. */
  readonly misspelt: readonly { readonly heading: Heading; readonly title: string; readonly meant: string }[]
  /** There is something to do. */
  readonly saysSomething: boolean
}

/** @param file the whole text that the tree was made from */
export function takeApart(root: Root, file: string): MilestoneSections {
  const sections = sectionsOf(root)
  const content = (part: Part): RootContent[] => sections.filter((s) => partOf(s.title) === part).flatMap((s) => [...s.content])
  const beside = new Set<RootContent>([...content('dependencies'), ...content('estimate')])
  const first = root.children.find((node) => node.type === 'heading')
  const sectionHeading = sections.find((s) => s.heading === first)
  const named = first !== undefined && (sectionHeading === undefined || !beginsSection(sectionHeading))
  return {
    heading: named ? first : null,
    tasks: tasksIn(sections, content('tasks'), file),
    entry: bulletsIn(content('entry'), file),
    exit: bulletsIn(content('exit'), file),
    dependencies: content('dependencies'),
    estimate: content('estimate').map((node) => readable(node).text)[0] ?? '',
    misspelt: sections.flatMap(misspelling),
    saysSomething: root.children.some((node) => speaks(node) && !beside.has(node)),
  }
}

const normal = (title: string): string =>
  title
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/[\s:.]+$/, '')
    .trim()

function partOf(title: string): Part | null {
  const wanted = normal(title)
  const found = Object.entries(names).find(([, titles]) => (titles as readonly string[]).includes(wanted))
  return found === undefined ? null : (found[0] as Part)
}

const taskTitle = /^task\s+\d+\s*(?:[:.)–—-]\s*)?(.*)$/i

const beginsSection = (section: Section): boolean => partOf(section.title) !== null || taskTitle.test(section.title)

/** The numbered list or check boxes under Tasks, and sections of their own: `## Task 1: …`. */
function tasksIn(sections: readonly Section[], list: readonly RootContent[], file: string): string[] {
  const listed = topItems(list).map((item) => firstParagraph(item, file))
  const headed = sections.filter((s) => partOf(s.title) === null).flatMap((s) => taskTitle.exec(s.title)?.[1]?.trim() ?? [])
  return [...listed, ...headed].filter((task) => task !== '')
}

/** "None", "None (first milestone)", "N/A", but not "None of the tests fails". */
const emptyWords = /^(?:none|nothing|n\/a|nil|-+)(?:\s*\([^)]*\))?[.!]?$/i

/** The bullets; where somebody wrote paragraphs instead of a list, each paragraph. */
function bulletsIn(content: readonly RootContent[], file: string): Bullet[] {
  const items = topItems(content)
  const prose = content.filter((node) => node.type === 'paragraph')
  const bullets = items.length > 0 ? items.map((item) => bullet(item, file)) : prose.map((node) => bullet(asItem(node), file))
  return bullets.filter((b) => b.text !== '' && !emptyWords.test(b.text))
}

function bullet(item: ListItem, file: string): Bullet {
  const first = item.children[0]
  return { text: firstParagraph(item, file), command: first?.type === 'paragraph' ? commandOf(first) : null }
}

const asItem = (paragraph: Paragraph): ListItem => ({ type: 'listItem', children: [paragraph] })

/** A misspelt `Exit Critera` would silently be no criterion at all. */
function misspelling(section: Section): { heading: Heading; title: string; meant: string }[] {
  const title = normal(section.title)
  if (beginsSection(section)) return []
  const meant = nearest(title, ['Entry Requirements', 'Exit Criteria', 'Dependencies', 'Estimated Time'])
  const alike =
    meant !== null && Math.abs(meant.length - title.length) <= 2 && meant[0]?.toLowerCase() === title[0] && sameWords(meant, title)
  return alike ? [{ heading: section.heading, title: section.title, meant }] : []
}

const sameWords = (a: string, b: string): boolean => a.split(' ').length === b.split(' ').length

const speaks = (node: RootContent): boolean =>
  !['heading', 'html', 'definition', 'thematicBreak'].includes(node.type) &&
  (node.type !== 'list' || node.children.some((item) => item.children.length > 0))
