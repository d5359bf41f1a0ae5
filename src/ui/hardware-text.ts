import { counted } from '../core/counted.js'
import { type Hardware, settingsFor, usableMemory } from '../core/hardware.js'
import { sizeWords } from '../core/machine.js'
import { nodeEnvironment } from '../core/policy/node-heap.js'
import { oneLine } from './harmless.js'

/** What `orch hardware` tells of the machine and of the sessions on it. */
export interface HardwareReport {
  readonly hardware: Hardware
  readonly sessions: {
    /** Tasks at a time that a run would begin with now. */
    readonly atOnce: number
    /** They are configured, not chosen by what is free. */
    readonly configured: boolean
    /** What new sessions may count on, in bytes. */
    readonly free: number
    /** What one is expected to take, in bytes, and from how many sessions that was learnt. */
    readonly need: number
    readonly learntFrom: number
    /** The most that "auto" may choose. */
    readonly most: number
  }
  readonly agent: { readonly command: string; readonly kind: 'native' | 'node' | 'script' | 'missing' }
}

export const hardwareFormats = ['human', 'json', 'env', 'export', 'powershell'] as const
export type HardwareFormat = (typeof hardwareFormats)[number]

export function hardwareText(report: HardwareReport, format: HardwareFormat): string {
  const variables = Object.entries(nodeEnvironment(settingsFor(report.hardware)))
  switch (format) {
    case 'human':
      return humanLines(report).join('\n')
    case 'json':
      return JSON.stringify(hardwareJson(report), null, 2)
    case 'env':
      return variables.map(([name, value]) => `${name}="${value}"`).join('\n')
    case 'export':
      return variables.map(([name, value]) => `export ${name}='${value}'`).join('\n')
    case 'powershell':
      return variables.map(([name, value]) => `$env:${name} = '${value}'`).join('\n')
  }
}

function hardwareJson(report: HardwareReport) {
  const settings = settingsFor(report.hardware)
  return { schemaVersion: 1, ...report, node: { ...settings, environment: nodeEnvironment(settings) } }
}

function humanLines({ hardware, sessions, agent }: HardwareReport): readonly string[] {
  const settings = settingsFor(hardware)
  const share = Math.round((100 * settings.heapMiB * 1024 ** 2) / usableMemory(hardware))
  const rows: readonly (readonly [string, string])[] = [
    ['memory', `${sizeWords(hardware.memory)}, ${sizeWords(hardware.available)} of it free`],
    ...(hardware.container === null ? [] : [['container', containerWords(hardware.container)] as const]),
    ['processor', `${oneLine(hardware.model)}: ${cores(hardware)}`],
    ['system', `${hardware.platform} ${hardware.architecture}`],
    ['sessions', sessionWords(sessions)],
    [
      'for Node',
      `heap ${settings.heapMiB} MiB (${share} % of memory; at most ${settings.share} %, ${sizeWords(settings.reserve)} kept), young generation ${settings.semiSpaceMiB} MiB a half, ${settings.threads} threads`,
    ],
    ['agent', agentWords[agent.kind].replace('{}', oneLine(agent.command))],
  ]
  return rows.map(([name, text]) => `${name.padEnd(11)}${text}`)
}

const containerWords = ({ limit, available }: NonNullable<Hardware['container']>): string =>
  `limited to ${sizeWords(limit)}, ${sizeWords(available)} of it free; that is what counts`

const cores = ({ physicalCores, logicalCores }: Hardware): string =>
  physicalCores === logicalCores ? counted(logicalCores, 'core') : `${counted(physicalCores, 'core')}, ${logicalCores} threads`

function sessionWords({ atOnce, configured, free, need, learntFrom, most }: HardwareReport['sessions']): string {
  const source = learntFrom === 0 ? 'as configured, none seen yet' : `learnt from ${counted(learntFrom, 'session')}`
  const why = `${sizeWords(Math.max(0, free))} free below the threshold, ${sizeWords(need)} each (${source})`
  return configured ? `${atOnce} at a time, as configured; ${why}` : `${atOnce} at a time now, ${most} at most: ${why}`
}

const agentWords: Readonly<Record<HardwareReport['agent']['kind'], string>> = {
  native: '{} is a native program: it ignores NODE_OPTIONS; what it runs on Node, such as tests, heeds them',
  node: '{} runs on Node and heeds NODE_OPTIONS',
  script: '{} is a script: whether it heeds NODE_OPTIONS depends on what it starts',
  missing: '{} was not found',
}
