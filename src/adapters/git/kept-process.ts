import { type ChildProcess, spawn } from 'node:child_process'
import { Socket } from 'node:net'
import type { Readable, Writable } from 'node:stream'

/** One that stays and answers on its standard output what it is asked on its standard input. It ends with that, and so never outlives orch. */
export type KeptProcess = ChildProcess & { readonly stdin: Writable; readonly stdout: Readable }

/** @param hearsErrors what it complains of can be read too; otherwise it is lost @returns null: it could not be started */
export function startKept(
  file: string,
  args: readonly string[],
  { hearsErrors = false, ...where }: { cwd: string; env: Readonly<Record<string, string>>; hearsErrors?: boolean },
): KeptProcess | null {
  const stdio = ['pipe', 'pipe', hearsErrors ? 'pipe' : 'ignore'] as const
  try {
    const child: ChildProcess = spawn(file, args, { ...where, stdio: [...stdio], windowsHide: true })
    // A program that is not found is told late: whoever asks then hears of its end.
    child.on('error', () => undefined)
    // With too many files open, there are no pipes.
    return child.stdin?.writable === true && child.stdout?.readable === true ? (child as KeptProcess) : null
  } catch {
    // So Node tells of too little memory.
    return null
  }
}

/** One that waits for a question has nothing to do but to notice the end of its input. Git at work goes on without its shell. */
const mostEndingMs = 2000

/** Orch ends when nothing is left to do, whether or not a process still waits for a question; it ends by itself then, with its standard input. */
export function holdLoop(child: KeptProcess, isAsked: boolean): void {
  const pipes = [child.stdin, child.stdout, child.stderr].filter((pipe) => pipe instanceof Socket)
  for (const handle of [child, ...pipes]) {
    if (isAsked) handle.ref()
    else handle.unref()
  }
}

/** Ends one that waits for a question, and waits until it is gone. */
export async function endKept(child: KeptProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  // Not for the end of its outputs: something that git left behind may hold them open for hours.
  const ended = new Promise((done) => child.once('exit', done).once('close', done))
  const force = setTimeout(() => child.kill('SIGKILL'), mostEndingMs)
  child.ref()
  child.stdin.end()
  child.stdout.resume()
  await ended
  clearTimeout(force)
}
