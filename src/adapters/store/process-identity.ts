import { execFile } from 'node:child_process'
import { readFile, readlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { promisify } from 'node:util'
import { codeOf } from './store-error.js'

/** Tells one process from every other one: numbers are used again after a while and after a restart. */
export interface ProcessIdentity {
  readonly pid: number
  /** When the system says it was started, in the system's own notation; null when it does not say. */
  readonly startTime: string | null
  /** Of the machine's last start; null when the system does not say. */
  readonly bootId: string | null
  readonly host: string
  /** Which process numbers are comparable with one's own: the system, and on Linux the pid namespace. */
  readonly realm: string
}

const run = promisify(execFile)

export async function ownIdentity(): Promise<ProcessIdentity> {
  const [startTime, bootId, realm] = await Promise.all([startTimeOf(process.pid), currentBootId(), ownRealm()])
  return { pid: process.pid, startTime, bootId, host: hostname(), realm }
}

/** Whether a process is still there; `unknown`: it belongs to another machine or container, where nobody here can look. */
export async function isAlive(identity: ProcessIdentity): Promise<'alive' | 'dead' | 'unknown'> {
  if (identity.host !== hostname()) return 'unknown'
  const bootId = await currentBootId()
  if (identity.bootId !== null && bootId !== null && identity.bootId !== bootId) return 'dead'
  if (identity.realm !== (await ownRealm())) return 'unknown'
  if (!isRunning(identity.pid)) return 'dead'
  const startTime = await startTimeOf(identity.pid)
  return identity.startTime === null || startTime === null || identity.startTime === startTime ? 'alive' : 'dead'
}

/** Whether some process has this number now. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) !== 'ESRCH'
  }
}

async function startTimeOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') return linuxStartTime(pid)
  if (process.platform === 'win32')
    return output('powershell.exe', ['-NoProfile', '-Command', `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`])
  // The language and the zone are fixed: two processes must write the same instant alike.
  return output('/bin/ps', ['-o', 'lstart=', '-p', String(pid)], { LC_ALL: 'C', TZ: 'UTC' })
}

/**
 * Field 22 of /proc/<pid>/stat, clock ticks since the start of the machine; the name before it may hold anything, `)` included.
 * A process that has ended and waits for its parent to notice (state Z) never has the start time that it had.
 */
async function linuxStartTime(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return state === 'Z' ? 'ended' : (fields[18] ?? null)
}

async function currentBootId(): Promise<string | null> {
  if (process.platform === 'linux')
    return readFile('/proc/sys/kernel/random/boot_id', 'utf8').then(
      (id) => id.trim(),
      () => null,
    )
  return process.platform === 'darwin' ? output('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid']) : null
}

async function ownRealm(): Promise<string> {
  const namespace = process.platform === 'linux' ? await readlink('/proc/self/ns/pid').catch(() => '') : ''
  return `${process.platform} ${namespace}`.trim()
}

async function output(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<string | null> {
  try {
    const { stdout } = await run(program, args, { env, windowsHide: true })
    return stdout.trim() === '' ? null : stdout.trim()
  } catch {
    return null
  }
}
