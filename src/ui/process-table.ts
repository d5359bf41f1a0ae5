import { duration } from './amounts.js'
import { fitWidth, padWidth, padWidthStart } from './display-width.js'
import { oneLine } from './harmless.js'
import type { Look } from './look.js'
import { workName } from './wording.js'

/** A process as `orch ps` shows it. */
interface ShownProcess {
  readonly pid: number
  readonly ppid: number
  readonly elapsedMs: number
  readonly task: string | null
  readonly step: string
  readonly command: string
}

/** Sessions have long command lines, the settings included: their beginning tells enough. */
const widestCommand = 100

/** Processes in aligned columns. */
export function processTable(processes: readonly ShownProcess[], look: Look): string {
  const header = ['PID', 'PPID', 'ELAPSED', 'TASK', 'STEP', 'COMMAND']
  const rows = processes.map((p) => [
    String(p.pid),
    String(p.ppid),
    duration(p.elapsedMs),
    p.task === null ? '-' : workName(oneLine(p.task)),
    oneLine(p.step),
    fitWidth(oneLine(p.command), widestCommand, look.glyphs.ellipsis),
  ])
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const numeric = 3
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) =>
        i < numeric ? padWidthStart(cell, widths[i] ?? 0) : i === cells.length - 1 ? cell : padWidth(cell, widths[i] ?? 0),
      )
      .join('  ')
  return [look.colours.faint(line(header)), ...rows.map(line)].join('\n')
}
