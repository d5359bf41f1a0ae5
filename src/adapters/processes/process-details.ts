import { readFile } from 'node:fs/promises'
import { execa } from 'execa'

/** What a person wants to know of a process. */
export interface ProcessDetails {
  readonly parent: number
  /** Since it began. */
  readonly elapsedMs: number
  /** As it was typed, without its environment. */
  readonly command: string
}

/** Linux shows times in these, whatever the kernel counts in. */
const ticksPerSecond = 100

/** Null: no such process any more. */
export async function detailsOf(pid: number): Promise<ProcessDetails | null> {
  if (process.platform === 'linux') return fromProc(pid)
  return process.platform === 'win32' ? fromCim(pid) : fromPs(pid)
}

async function fromProc(pid: number): Promise<ProcessDetails | null> {
  try {
    const [stat, command, uptime] = await Promise.all(
      [`/proc/${pid}/stat`, `/proc/${pid}/cmdline`, '/proc/uptime'].map((path) => readFile(path, 'utf8')),
    )
    const name = /\((.*)\)/s.exec(stat ?? '')?.[1] ?? ''
    const fields = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ')
    const elapsedMs = Math.round((Number.parseFloat(uptime ?? '0') - Number(fields[19]) / ticksPerSecond) * 1000)
    // One that has ended and waits for its parent has no command line any more.
    const typed = (command ?? '').replace(/\0$/, '').replaceAll('\0', ' ')
    return { parent: Number(fields[1]), elapsedMs: Math.max(0, elapsedMs), command: typed === '' ? `[${name}]` : typed }
  } catch {
    return null
  }
}

async function fromPs(pid: number): Promise<ProcessDetails | null> {
  const args = ['-ww', '-o', 'ppid=,etime=,command=', '-p', String(pid)]
  const listing = await execa('ps', args, { env: { LC_ALL: 'C' }, reject: false })
  return listing.failed ? null : readDetails(listing.stdout)
}

/** `  501 02-03:04:05 /bin/sh -c …` */
export function readDetails(text: string): ProcessDetails | null {
  const match = /^\s*(\d+)\s+(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)\s+(.*)$/m.exec(text)
  if (match === null) return null
  const [, parent, days = '0', hours = '0', minutes, seconds, command = ''] = match
  const elapsedMs = (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000
  return { parent: Number(parent), elapsedMs, command: command.trim() }
}

async function fromCim(pid: number): Promise<ProcessDetails | null> {
  const script = `Get-CimInstance Win32_Process -Filter "ProcessId=${pid}" | ForEach-Object { "$($_.ParentProcessId)\`t$([int64]((Get-Date) - $_.CreationDate).TotalMilliseconds)\`t$($_.CommandLine)" }`
  const listing = await execa('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script], { reject: false, windowsHide: true })
  const [parent, elapsed, command] = listing.failed ? [] : listing.stdout.trim().split('\t')
  return parent === undefined || elapsed === undefined
    ? null
    : { parent: Number(parent), elapsedMs: Number(elapsed), command: command ?? '' }
}
