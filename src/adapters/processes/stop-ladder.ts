import { execa } from 'execa'

/** How a program is asked to end, ever less politely. Milliseconds that each rung is given; 0 leaves the rung out. */
export interface StopLadder {
  /** After SIGINT to the program itself. */
  readonly interruptMs: number
  /** After SIGTERM to its whole group; then comes SIGKILL. */
  readonly terminateMs: number
}

export interface LadderTarget {
  readonly pid: number
  /** Resolves when the process itself is gone. */
  readonly gone: Promise<unknown>
}

/** Climbs until the process itself is gone. What it leaves behind is the sweep's business. */
export async function climbStopLadder(target: LadderTarget, ladder: StopLadder): Promise<void> {
  if (process.platform === 'win32') {
    // No signals there: the tree must be walked while the parent lives.
    await execa('taskkill', ['/PID', String(target.pid), '/T', '/F'], { reject: false, windowsHide: true })
    return
  }
  if (ladder.interruptMs > 0 && (await signalled(target, target.pid, 'SIGINT', ladder.interruptMs))) return
  if (ladder.terminateMs > 0 && (await signalled(target, -target.pid, 'SIGTERM', ladder.terminateMs))) return
  await signalled(target, -target.pid, 'SIGKILL', 5000)
}

/** @returns whether the process was gone in time */
async function signalled(target: LadderTarget, receiver: number, signal: NodeJS.Signals, waitMs: number): Promise<boolean> {
  sendSignal(receiver, signal)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, waitMs, false)
  })
  const inTime = await Promise.race([target.gone.then(() => true as const), late])
  clearTimeout(timer)
  return inTime
}

/** Ends what is left of the group of a process that is gone, unless its number already belongs to another one. */
export function endGroupOf(pid: number): void {
  if (process.platform !== 'win32' && !sendSignal(pid, 0)) sendSignal(-pid, 'SIGKILL')
}

/** @returns whether there was somebody to receive it */
function sendSignal(receiver: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(receiver, signal)
  } catch {
    return false
  }
}
