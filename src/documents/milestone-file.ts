import type { Heading } from 'mdast'
import type { Milestone, MilestoneId } from '../core/milestone.js'
import { compareProblems, type Problem } from '../core/problem.js'
import { err, ok, type Result } from '../core/result.js'
import { type DependencyMention, dependenciesIn, dependenciesNamed, dependencyHint } from './dependency-list.js'
import { parseEstimate } from './duration.js'
import { type SplitFile, splitFrontMatter } from './front-matter.js'
import { type FrontMatterValues, readFrontMatter } from './front-matter-values.js'
import { parseMarkdown, readable } from './markdown.js'
import { readMilestoneName, suggestMilestoneName } from './milestone-name.js'
import { type MilestoneSections, takeApart } from './milestone-sections.js'
import { firstPlace, type Position, placesIn } from './position.js'

/** A milestone file as it lies on the disk. */
export interface MilestoneText {
  /** Relative to the repository: `milestones/1A-setup.md`. */
  readonly file: string
  readonly text: string
  /** SHA-256 of `text`. */
  readonly hash: string
}

export interface ParsedMilestone {
  readonly milestone: Milestone
  /** Where the file names itself, or a milestone that it depends on. */
  readonly locate: (what: 'depends' | 'id', value: string) => Position
}

/** In UTF-16 units: reading markdown takes seconds beyond it, and no model's context holds that much. */
export const mostCharacters = 2 * 1024 * 1024

/** Reads a milestone; all that is wrong with the file is reported at once. */
export function parseMilestone(source: MilestoneText): Result<ParsedMilestone, readonly Problem[]> {
  const { file } = source
  // Blanking the mark out instead of cutting it off would shift the columns of line 1.
  const text = source.text.replace(/^\uFEFF/, '')
  const placeAt = placesIn(text)
  const problem = problemAt(file, placeAt)
  const base = file.slice(file.lastIndexOf('/') + 1)
  const name = readMilestoneName(base)
  const unreadable =
    name === null ? problem(0, `${base} is no name for a milestone`, `Rename it to ${suggestMilestoneName(base)}`) : unfit(text, problem)
  if (name === null || unreadable !== null) return err([unreadable].filter((p) => p !== null))
  const split = splitFrontMatter(text)
  if (!('bodyStart' in split)) return err([problem(split.offset, split.message, split.hint)])
  return assemble({ source, text, split, name, placeAt, problem })
}

type Report = (offset: number, message: string, hint: string | null) => Problem

const problemAt =
  (file: string, placeAt: (offset: number) => Position): Report =>
  (offset, message, hint) => ({ file, ...placeAt(offset), message, hint })

/** What keeps a file from being read at all. */
function unfit(text: string, problem: Report): Problem | null {
  if (text.length > mostCharacters) return problem(0, 'the file is larger than 2 MiB', 'Cut the milestone into smaller ones')
  const zero = text.indexOf('\0')
  if (zero === -1) return null
  return problem(zero, 'the file holds a NUL byte, so it is no text', 'Save it as UTF-8 (an editor may have written UTF-16)')
}

interface Assembly {
  readonly source: MilestoneText
  /** Without byte order mark; all offsets count in it. */
  readonly text: string
  readonly split: SplitFile
  readonly name: { readonly id: MilestoneId; readonly stage: number }
  readonly placeAt: (offset: number) => Position
  readonly problem: Report
}

function assemble(assembly: Assembly): Result<ParsedMilestone, readonly Problem[]> {
  const { source, text, split, name, placeAt, problem } = assembly
  // Blanks in place of the front matter: every offset in the tree is one in the file.
  const root = parseMarkdown(text.slice(0, split.bodyStart).replace(/[^\r\n]/g, ' ') + text.slice(split.bodyStart))
  if (root === null) return err([problem(split.bodyStart, 'the text is nested too deeply to be read', 'Take some of the nesting away')])
  const sections = takeApart(root, text)
  const matter = readFrontMatter({ file: source.file, split, placeAt })
  const values: FrontMatterValues = matter.ok ? matter.value : { values: {}, placeOf: () => firstPlace }
  const title = titleOf(sections.heading, name.id, problem)
  const depends = dependsOf(assembly, values, sections)
  const problems = [
    ...(matter.ok ? [] : matter.error),
    ...title.problems,
    ...depends.problems,
    ...sections.misspelt.map((m) =>
      problem(offsetOf(m.heading), `the heading "${m.title}" means nothing to orch`, `Did you mean "${m.meant}"?`),
    ),
    ...(sections.saysSomething ? [] : [nothingToDo(sections, split, problem)]),
  ]
  if (problems.length > 0) return err(problems.sort(compareProblems))
  const self = sections.heading === null ? firstPlace : placeAt(offsetOf(sections.heading))
  const milestone = milestoneOf(assembly, values, { sections, title: title.text, depends: [...depends.places.keys()] })
  return ok({ milestone, locate: (what, value) => (what === 'depends' ? (depends.places.get(value as MilestoneId) ?? self) : self) })
}

const offsetOf = (heading: Heading): number => heading.position?.start.offset ?? 0

const nothingToDo = (sections: MilestoneSections, split: SplitFile, problem: Report): Problem =>
  problem(
    sections.heading === null ? split.bodyStart : offsetOf(sections.heading),
    'there is nothing to do in this file',
    'Write what is to be done under ## Description or ## Tasks; a file that begins with _ is ignored',
  )

/** `Milestone 2B - `, `2B: `, or `2B` alone. */
const headingId = /^milestone\s+(\d+[a-z]+)(?!\w)\s*[-–—:.]*\s*|^(\d+[a-z]+)\s*(?:[:–—]|-\s)\s*|^(\d+[a-z]{1,2})$/i

/** The first heading without the id before it. */
function titleOf(heading: Heading | null, id: MilestoneId, problem: Report): { text: string; problems: Problem[] } {
  if (heading === null) return { text: id, problems: [] }
  const text = readable(heading).text.replace(/\s+/g, ' ').trim()
  const [whole = '', ...ids] = headingId.exec(text) ?? []
  const named = ids.find(Boolean)?.toUpperCase() ?? id
  const wrong = problem(
    offsetOf(heading),
    `the heading says ${named}, and the file's name says ${id}`,
    `Write ${id} in the heading, or rename the file`,
  )
  return { text: text.slice(whole.length).trim() || id, problems: named === id ? [] : [wrong] }
}

interface Depends {
  /** In the order in which they are named, each with its first place. */
  readonly places: ReadonlyMap<MilestoneId, Position>
  readonly problems: Problem[]
}

function dependsOf(assembly: Assembly, matter: FrontMatterValues, sections: MilestoneSections): Depends {
  const { name, source, placeAt } = assembly
  const fromMatter = (matter.values.depends ?? []).flatMap((entry, index) =>
    dependenciesNamed(entry).map((mention) => ({ mention, place: matter.placeOf(['depends', index]) })),
  )
  const fromBody = dependenciesIn(sections.dependencies).map((mention) => ({ mention, place: placeAt(mention.offset) }))
  const places = new Map<MilestoneId, Position>()
  const problems: Problem[] = []
  for (const { mention, place } of [...fromMatter, ...fromBody]) {
    const fault = dependencyFault(mention, name.id)
    if (fault !== null) problems.push({ file: source.file, ...place, ...fault })
    else if ('id' in mention && !places.has(mention.id)) places.set(mention.id, place)
  }
  return { places, problems }
}

function dependencyFault(mention: DependencyMention, self: MilestoneId): { message: string; hint: string } | null {
  if ('wrong' in mention) return { message: `"${mention.wrong.slice(0, 60)}" is no milestone's id`, hint: dependencyHint(mention.wrong) }
  return mention.id === self ? { message: `${self} depends on itself`, hint: `Remove ${self} from its dependencies` } : null
}

interface Found {
  readonly sections: MilestoneSections
  readonly title: string
  readonly depends: readonly MilestoneId[]
}

function milestoneOf({ source, name }: Assembly, { values }: FrontMatterValues, found: Found): Milestone {
  const { sections } = found
  return {
    id: name.id,
    stage: name.stage,
    title: values.title ?? found.title,
    file: source.file,
    text: source.text,
    hash: source.hash,
    entryRequirements: sections.entry,
    tasks: sections.tasks,
    criteria: sections.exit.map((bullet, index) => ({ n: index + 1, ...bullet })),
    depends: found.depends,
    priority: values.priority ?? 'medium',
    paths: values.paths ?? [],
    checks: values.checks ?? [],
    model: values.model ?? null,
    effort: values.effort ?? null,
    timeoutMs: values.timeout ?? null,
    retries: values.retries ?? null,
    budgetUsd: values.budgetUsd ?? null,
    estimateMs: parseEstimate(sections.estimate),
    optional: values.optional ?? false,
    approval: values.approval === 'required',
    allowEmpty: values.allowEmpty ?? false,
  }
}
