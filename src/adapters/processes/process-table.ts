import { readFile } from 'node:fs/promises'
import { execa } from 'execa'
import { type Pass, ProcPasses } from './proc-pass.js'
import { SharedLook } from './shared-look.js'

/** A process, told apart from a later one with the same number by when it began. */
export interface ProcessIdentity {
  readonly pid: number
  /** When it began, as the platform writes it: opaque, only good for comparing. */
  readonly startTime: string
}

export interface MarkedProcess extends ProcessIdentity {
  readonly marker: string
  /** What it is there for, as its environment says; null where the platform shows none. */
  readonly task: string | null
  readonly step: string | null
}

/** The environment variable that everything started by orch carries and hands on to its children. */
export const markerVariable = 'ORCH_MARKER'

/** A marker stands for itself and for those below it: `run` for `run/check-1` too. */
export const carries = (value: string, marker: string): boolean => value === marker || value.startsWith(`${marker}/`)

/** What carries a marker, and how certain it is that nothing else does; `unknown`: the platform's listing says nothing of that. */
export interface MarkedLook {
  readonly found: readonly MarkedProcess[]
  readonly certainty: Pass['certainty'] | 'unknown'
}

/** All processes whose environment carries one of the markers. Processes of other users are not looked into. */
export async function markedProcesses(markers: readonly string[]): Promise<MarkedLook> {
  if (markers.length === 0) return { found: [], certainty: 'still' }
  return process.platform === 'linux' ? await fromProc(markers) : { found: await fromPs(markers), certainty: 'unknown' }
}

/** Null: no such process any more. */
export async function startTimeOf(pid: number): Promise<string | null> {
  if (process.platform !== 'linux') return (await psEntries()).find((p) => p.pid === pid)?.startTime ?? null
  const stat = await readOrNull(`/proc/${pid}/stat`)
  return stat === null ? null : startTimeIn(stat, await bootId())
}

/** A process's parent, its parent's parent and so on. */
export async function ancestorsOf(pid: number): Promise<number[]> {
  const ancestors: number[] = []
  let parent = await parentOf(pid)
  while (parent > 1 && !ancestors.includes(parent)) {
    ancestors.push(parent)
    parent = await parentOf(parent)
  }
  return ancestors
}

async function fromProc(markers: readonly string[]): Promise<MarkedLook> {
  const [{ found, certainty }, boot] = await Promise.all([passes.next(), bootId()])
  const marked = found.flatMap(({ pid, began, environment }) => {
    const marker = markerIn(environment, '\0', markers)
    return marker === null ? [] : [{ pid, startTime: `${began}@${boot}`, marker, ...roleIn(environment, '\0') }]
  })
  return { found: marked, certainty }
}

/** Of many sessions that end at a time each looks for what it left behind: one pass over all processes serves all of them. */
const proc = new ProcPasses(markerVariable)
const passes = new SharedLook(() => proc.next())

/** The first value stands: what an agent sets on top comes later. */
function roleIn(environment: string, separator: string): { task: string | null; step: string | null } {
  const entries = environment.split(separator)
  const value = (name: string): string | null => entries.find((e) => e.startsWith(`${name}=`))?.slice(name.length + 1) ?? null
  return { task: value('ORCH_TASK'), step: value('ORCH_STEP') }
}

/** The given marker that an environment carries, if it carries one. */
export function markerIn(environment: string, separator: string, markers: readonly string[]): string | null {
  const start = `${markerVariable}=`
  const entry = environment.split(separator).find((e) => e.startsWith(start))
  if (entry === undefined) return null
  return markers.find((m) => carries(entry.slice(start.length), m)) ?? null
}

/** Field 22 counts clock ticks since the boot, so the boot belongs to it. The name in brackets may hold anything. */
function startTimeIn(stat: string, boot: string): string {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return `${fields[19] ?? '?'}@${boot}`
}

async function parentOf(pid: number): Promise<number> {
  if (process.platform !== 'linux') return (await psEntries()).find((p) => p.pid === pid)?.parent ?? 0
  const stat = await readOrNull(`/proc/${pid}/stat`)
  return stat === null ? 0 : Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0)
}

const bootId = async (): Promise<string> => ((await readOrNull('/proc/sys/kernel/random/boot_id')) ?? '').trim()

async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return null
  }
}

interface PsEntry {
  readonly pid: number
  readonly parent: number
  readonly startTime: string
  readonly command: string
}

/** macOS and the BSDs print the environment after the command with `-E` and `e`; a session's id also stands in its command line. */
async function fromPs(markers: readonly string[]): Promise<MarkedProcess[]> {
  return (await psEntries()).flatMap(({ pid, startTime, command }) => {
    const marker =
      markerIn(command, ' ', markers) ?? markers.find((m) => command.includes(`--session-id ${m}`) || command.includes(`--resume ${m}`))
    return marker === undefined ? [] : [{ pid, startTime, marker, ...roleIn(command, ' ') }]
  })
}

async function psEntries(): Promise<PsEntry[]> {
  if (process.platform === 'win32') return await cimEntries()
  const environment = process.platform === 'darwin' ? ['-E'] : ['-e']
  const listing = await execa('ps', ['-axww', ...environment, '-o', 'pid=,ppid=,lstart=,command='], {
    env: { LC_ALL: 'C' },
    reject: false,
  })
  return listing.failed ? [] : readPs(listing.stdout)
}

/** `  501     1 Sat Nov 21 04:39:12 2026 /bin/sh -c …` */
export function readPs(text: string): PsEntry[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\w{3}\s+\w{3}\s+\d+\s+[\d:]{8}\s+\d{4})\s(.*)$/.exec(line)
    if (match === null) return []
    const [, pid = '', parent = '', startTime = '', command = ''] = match
    return [{ pid: Number(pid), parent: Number(parent), startTime, command }]
  })
}

/** Windows shows no environments: there only the command line tells. */
async function cimEntries(): Promise<PsEntry[]> {
  const script =
    'Get-CimInstance Win32_Process | ForEach-Object { "$($_.ProcessId)`t$($_.ParentProcessId)`t$($_.CreationDate.Ticks)`t$($_.CommandLine)" }'
  const listing = await execa('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', script], {
    reject: false,
    windowsHide: true,
  })
  if (listing.failed) return []
  return listing.stdout.split(/\r?\n/).flatMap((line) => {
    const [pid, parent, startTime, command] = line.split('\t')
    return pid === undefined || startTime === undefined
      ? []
      : [{ pid: Number(pid), parent: Number(parent), startTime, command: command ?? '' }]
  })
}
