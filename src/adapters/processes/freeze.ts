import { startTimeOf } from './process-table.js'
import { findMarked } from './survivors.js'

/** A process may start another one while its siblings are being stopped: one more look finds it. */
const looks = 3

/**
 * Stops all processes that carry the marker where they stand, or lets them go on: SIGSTOP and SIGCONT. Commands of the agent lead groups
 * of their own, so a signal to the program's group would miss them.
 * @returns false where it cannot be done: Windows has no such signals, and there may be nobody left
 */
export async function setFrozen(marker: string, frozen: boolean): Promise<boolean> {
  if (process.platform === 'win32') return false
  const reached = new Set<string>()
  for (let look = 0; look < looks; look++) {
    const fresh = (await findMarked([marker])).filter((p) => !reached.has(`${p.pid} ${p.startTime}`))
    if (fresh.length === 0) break
    for (const one of fresh) {
      reached.add(`${one.pid} ${one.startTime}`)
      if ((await startTimeOf(one.pid)) === one.startTime) signal(one.pid, frozen ? 'SIGSTOP' : 'SIGCONT')
    }
  }
  return reached.size > 0
}

function signal(pid: number, name: 'SIGSTOP' | 'SIGCONT'): void {
  try {
    process.kill(pid, name)
  } catch {
    // It ended between the look and the signal.
  }
}
