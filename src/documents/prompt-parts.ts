import type { CheckResult } from '../core/check.js'
import type { Milestone } from '../core/milestone.js'

/** Text that somebody else wrote, between tags that it cannot close, not even for a reader who is lenient about case and blanks. */
export function enclosed(tag: string, attributes: Readonly<Record<string, string>>, text: string): string {
  const closed = text.toLowerCase().replace(/<\s*\/\s*/g, '</')
  let name = tag
  for (let n = 2; closed.includes(`</${name}`); n++) name = `${tag}-${n}`
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${value.replace(/["<>\r\n]/g, ' ')}"`)
  return `<${name}${written.join('')}>\n${text.trimEnd()}\n</${name}>`
}

/** Characters that a person who looks at the same text would not see: a model does, and could be talked to by them. */
const hidden = /[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}]/gu

/** The text with hidden characters written out, as `\u{202e}`. */
export const visible = (text: string): string => text.replace(hidden, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`)

export const milestoneBlocks = (milestones: readonly Milestone[]): string =>
  milestones.map((m) => enclosed('milestone', { id: m.id, file: m.file }, m.text.replace(/^\uFEFF/, ''))).join('\n\n')

/** A section of a prompt, or nothing when there is nothing to say. */
export const section = (heading: string, text: string): string => (text.trim() === '' ? '' : `## ${heading}\n\n${text}`)

export const bullets = (items: readonly string[]): string => items.map((item) => `- ${item.replace(/\s+/g, ' ').trim()}`).join('\n')

/** Each command, how it ended, and the end of what it printed. */
export function checkReports(checks: readonly CheckResult[], mostCharacters: number): string {
  return checks.map((check) => `${ending(check)}\n${outputTail(check.output, mostCharacters)}`.trimEnd()).join('\n\n')
}

function ending(check: CheckResult): string {
  const how = check.timedOut
    ? 'was ended at its time limit'
    : check.exitCode === null
      ? 'was ended by a signal'
      : `ended with exit status ${check.exitCode}`
  return `\`${check.command}\` ${how}.`
}

function outputTail(output: string, mostCharacters: number): string {
  const text = visible(output.trimEnd())
  if (text === '') return ''
  const cut = text.length > mostCharacters
  return `\n${enclosed('output', cut ? { only: 'the end' } : {}, cut ? text.slice(-mostCharacters) : text)}`
}

/** The numbered exit criteria of one milestone, and who decides each. */
export const criteriaList = (milestone: Milestone): string =>
  milestone.criteria
    .map((c) => `- n = ${c.n}: ${c.text}${c.command === null ? '' : ' (decided by its command, which orch runs: leave it out)'}`)
    .join('\n')
