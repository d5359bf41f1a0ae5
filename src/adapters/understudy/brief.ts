import { splitId } from '../../core/milestone.js'

/** What the understudy takes from a prompt: it understands a milestone's headings and its own scripts, nothing else. */
export interface Brief {
  readonly title: string | null
  /** The bullets under Exit Criteria, in order. */
  readonly criteria: readonly string[]
  /** The YAML of the scripts that concern this work: one for a task, one per milestone for the whole of a stage. */
  readonly scripts: readonly string[]
  /** Files of the diff that the prompt shows. */
  readonly changedFiles: readonly string[]
  /** The first two commits that the prompt names. */
  readonly range: readonly [string, string] | null
}

interface Block {
  /** The milestone in whose text it stands, as far as headings tell. */
  readonly owner: string | null
  readonly source: string
}

/** Reads a prompt for a task (`2B`) or for the whole of a stage (`stage-2`). */
export function readBrief(prompt: string, task: string): Brief {
  const blocks = findBlocks(prompt)
  const own = blocks.find((b) => b.owner === task) ?? blocks[0]
  const isTask = splitId(task) !== null || !task.startsWith('stage-')
  return {
    title: /^#{1,2} +Milestone +\w+ *[-–—:] *(.+)$/im.exec(prompt)?.[1]?.trim() ?? null,
    criteria: isTask ? exitCriteria(prompt) : [],
    scripts: (isTask ? (own === undefined ? [] : [own]) : blocks).map((b) => b.source),
    changedFiles: [...prompt.matchAll(/^\s*\+\+\+ b\/(.+?)\s*$/gm)].flatMap((m) => (m[1] === undefined ? [] : [m[1]])),
    range: firstTwoCommits(prompt),
  }
}

/** A later prompt of the same conversation may say less: what it leaves out still holds. */
export const mergeBriefs = (earlier: Brief, later: Brief): Brief => ({
  title: later.title ?? earlier.title,
  criteria: later.criteria.length > 0 ? later.criteria : earlier.criteria,
  scripts: later.scripts.length > 0 ? later.scripts : earlier.scripts,
  changedFiles: later.changedFiles.length > 0 ? later.changedFiles : earlier.changedFiles,
  range: later.range ?? earlier.range,
})

const fence = /^( *)(`{3,}|~{3,}) *understudy *\r?\n([\s\S]*?)^ *\2[`~]*[ \t]*\r?$/gm

function findBlocks(prompt: string): Block[] {
  return [...prompt.matchAll(fence)].map((match) => {
    const indent = new RegExp(`^ {0,${match[1]?.length ?? 0}}`, 'gm')
    return { owner: ownerBefore(prompt.slice(0, match.index)), source: (match[3] ?? '').replace(indent, '') }
  })
}

/** The last milestone that a heading, an attribute or a path named before the block. */
function ownerBefore(text: string): string | null {
  const names = [...text.matchAll(/^#{1,6} .*?\b(\d+[A-Z]+)\b|\bid="(\d+[A-Z]+)"|\/(\d+[A-Z]+)[\w-]*\.md\b/gm)]
  const last = names.at(-1)
  return last?.[1] ?? last?.[2] ?? last?.[3] ?? null
}

function firstTwoCommits(prompt: string): [string, string] | null {
  const [base, head] = new Set(prompt.match(/\b[0-9a-f]{40}\b/g))
  return base === undefined || head === undefined ? null : [base, head]
}

function exitCriteria(prompt: string): string[] {
  const lines = prompt.split(/\r?\n/)
  const start = lines.findIndex((line) => /^## +Exit Criteria *$/i.test(line))
  if (start === -1) return []
  const length = lines.slice(start + 1).findIndex((line) => /^#{1,2} /.test(line))
  const section = lines.slice(start + 1, length === -1 ? undefined : start + 1 + length)
  return section.flatMap((line) => /^(?:[-*+]|\d+[.)]) +(?:\[[ xX]\] +)?(.+)$/.exec(line)?.[1]?.trim() ?? [])
}
