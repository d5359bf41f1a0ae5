import { compareProblems, type Problem } from '../core/problem.js'
import { counted } from './amounts.js'
import { oneLine } from './harmless.js'

/** As many problems as a screen shows at once. */
const most = 20

/** Flags have no lines: a problem's place is then the flag's name alone. */
const place = (problem: Problem): string =>
  problem.file.startsWith('--') ? problem.file : `${oneLine(problem.file)}:${problem.line}:${problem.column}`

function problemLines(problem: Problem): string[] {
  const said = `${place(problem)}: ${oneLine(problem.message)}`
  return problem.hint === null ? [said] : [said, `  ${oneLine(problem.hint)}`]
}

/**
 * All that is wrong in files a person wrote, as a reader meets it: `milestones/1A.md:3:5: message`, the hint below,
 * indented; the count at the end. More than a screen's worth is only counted.
 */
export function problemsText(problems: readonly Problem[]): string {
  const sorted = [...problems].sort(compareProblems)
  const files = new Set(sorted.map((p) => p.file)).size
  const lines = sorted.slice(0, most).flatMap(problemLines)
  if (sorted.length > most) lines.push(`and ${sorted.length - most} more`)
  const where = files > 1 ? ` in ${counted(files, 'file')}` : ''
  return [...lines, '', `${counted(sorted.length, 'problem')}${where}. Nothing was started.`].join('\n')
}
