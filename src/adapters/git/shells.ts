import { type GitShell, type ShellResult, talkTo } from './git-shell.js'
import type { KeptProcess } from './kept-process.js'
import { isSayable, notStarted, type ShellCall } from './shell-script.js'

/** Shells that start git. A process is started by copying the page tables of the one that starts it, and orch's are a hundred times as large as a shell's. */
export interface Shells {
  /** `unable`: git was not started, for whatever reason, and has to be in the ordinary way. */
  run(call: ShellCall): Promise<ShellResult>
}

/** So many at a time; a machine runs few more git processes at once. */
const mostShells = 8
/** So many that ended one after the other before any answer: no further one is tried. */
const mostFailures = 3

/** @param start null: it could not be started */
export function createShells(start: () => KeptProcess | null): Shells {
  let shells: readonly GitShell[] = []
  let failures = 0
  const another = (): GitShell | null => {
    const child = shells.length < mostShells && failures < mostFailures ? start() : null
    if (child === null) return null
    const shell = talkTo(child)
    shells = [...shells, shell]
    return shell
  }
  return {
    async run(call) {
      if (!isSayable(call)) return 'unable'
      shells = shells.filter((shell) => !shell.isOver())
      const shell = shells.find((one) => one.isFree()) ?? another()
      if (shell === null) return 'unable'
      const result = await shell.run(call)
      if (result !== 'unable') failures = 0
      else if (shell.isOver() && !shell.hasAnswered()) failures++
      return typeof result === 'object' && notStarted.has(result.exitCode) ? 'unable' : result
    },
  }
}
