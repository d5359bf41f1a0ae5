import { counted } from '../core/counted.js'
import { compareProblems, type Problem } from '../core/problem.js'
import { oneLine } from './harmless.js'

/** As many problems as a screen shows at once. */
const most = 20

/** What has no lines: a flag's name says where, of anything else the message does. */
function place({ file, line, column }: Problem): string {
  if (line > 0) return `${oneLine(file)}:${line}:${column}: `
  return file.startsWith('--') ? `${file}: ` : ''
}

function problemLines(problem: Problem): string[] {
  const said = `${place(problem)}${oneLine(problem.message)}`
  return problem.hint === null ? [said] : [said, `  ${oneLine(problem.hint)}`]
}

/**
 * All that is wrong in files a person wrote, as a reader meets it: `milestones/1A.md:3:5: message`, the hint below,
 * indented; the count at the end, unless there is one only. More than a screen's worth is only counted.
 * @param about nothingStarted: something was meant to start, and a person wants to know that it has not
 */
export function problemsText(problems: readonly Problem[], about: { readonly nothingStarted: boolean }): string {
  const sorted = [...problems].sort(compareProblems)
  const files = new Set(sorted.map((p) => p.file)).size
  const lines = sorted.slice(0, most).flatMap(problemLines)
  if (sorted.length > most) lines.push(`and ${sorted.length - most} more`)
  const where = files > 1 ? ` in ${counted(files, 'file')}` : ''
  const end = [
    ...(sorted.length > 1 ? [`${counted(sorted.length, 'problem')}${where}.`] : []),
    ...(about.nothingStarted ? ['Nothing was started.'] : []),
  ]
  return [...lines, ...(end.length === 0 ? [] : ['', end.join(' ')])].join('\n')
}
