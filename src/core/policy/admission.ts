import { gibibyte, type MachineSample, sizeWords } from '../machine.js'

/** From when on the machine counts as full. Percent; 100 switches a threshold off. */
export interface ResourceRules {
  readonly cpuMax: number
  readonly memMax: number
  readonly diskMax: number
  /** What was closed at a threshold opens again so many percent below it. */
  readonly hysteresis: number
  /** The most that all sessions may use together, in bytes; null: what the machine has. */
  readonly maxMemory: number | null
}

/** What one session that was admitted may still take. Bytes. */
export interface Claim {
  /** Expected when it was admitted. */
  readonly need: number
  /** Seen in the newest sample; 0 while it is too young to be in one. */
  readonly uses: number
}

/** Thresholds that are crossed and not yet left by the hysteresis. */
export interface Crossed {
  readonly memory: boolean
  readonly cpu: boolean
  readonly disk: boolean
}

export const nothingCrossed: Crossed = { memory: false, cpu: false, disk: false }

/** Why a session cannot start now. */
export interface Hold {
  readonly on: 'memory' | 'cpu' | 'disk'
  readonly detail: string
}

/** How near the machine is to running out of memory. `tight`: nothing starts; `critical`: something has to give. */
export type MemoryLevel = 'calm' | 'tight' | 'critical'

/** A disk this free is not full, whatever the percentage: of 4 TB a tenth is plenty. */
const plentyOfDisk = 20 * gibibyte
/** Percent of the time that something waited for memory: systemd's oomd acts at 60 by default; a gate should close long before. */
const tightStall = 10
const criticalStall = 40

/** Percent of memory in use; of what the sessions may use together where that is more. */
export function memoryUsed(sample: MachineSample, rules: ResourceRules): number {
  const { total, available } = sample.memory
  const machine = total === 0 ? 0 : 100 * (1 - available / total)
  return rules.maxMemory === null ? machine : Math.max(machine, (100 * ownMemory(sample)) / rules.maxMemory)
}

const ownMemory = (sample: MachineSample): number => Object.values(sample.sessions).reduce((sum, use) => sum + use.memory, 0)

/** Half way between the threshold for starts and nothing left. */
const criticalUse = ({ memMax }: ResourceRules): number => (100 + memMax) / 2

export function memoryLevel(sample: MachineSample, rules: ResourceRules, crossed: Crossed): MemoryLevel {
  if (isCritical(sample, rules)) return 'critical'
  return crossed.memory ? 'tight' : 'calm'
}

function isCritical(sample: MachineSample, rules: ResourceRules): boolean {
  if (rules.memMax >= 100) return false
  return memoryUsed(sample, rules) >= criticalUse(rules) || (sample.memoryStall ?? 0) >= criticalStall
}

/** Which thresholds a new sample crosses, given those that were crossed before it. */
export function crossedBy(sample: MachineSample, rules: ResourceRules, before: Crossed): Crossed {
  const over = (was: boolean, percent: number, most: number): boolean => most < 100 && percent >= (was ? most - rules.hysteresis : most)
  const { disk } = sample
  const diskUsed = disk.total === 0 ? 0 : 100 * (1 - disk.free / disk.total)
  const stalls = rules.memMax < 100 && (sample.memoryStall ?? 0) >= (before.memory ? tightStall / 2 : tightStall)
  return {
    memory: over(before.memory, memoryUsed(sample, rules), rules.memMax) || stalls,
    cpu: over(before.cpu, sample.cpu, rules.cpuMax) && isOwnDoing(sample),
    disk: over(before.disk, diskUsed, rules.diskMax) && disk.free < plentyOfDisk,
  }
}

/** Waiting helps only against what the sessions do themselves: at least half of what is busy. */
function isOwnDoing({ sessions, cpu, processors }: MachineSample): boolean {
  const own = Object.values(sessions).reduce((sum, use) => sum + use.processors, 0)
  return own >= (processors * cpu) / 200
}

/** What new sessions may count on, in bytes: what is free above the threshold, and within what all may use together. */
export function memoryFree(sample: MachineSample, rules: ResourceRules): number {
  const { total, available } = sample.memory
  const kept = (total * (100 - rules.memMax)) / 100
  if (rules.maxMemory === null) return available - kept
  return Math.min(available - kept, (rules.maxMemory * rules.memMax) / 100 - ownMemory(sample))
}

/** What those that run were promised and do not use yet. */
const stillReserved = (claims: readonly Claim[]): number => claims.reduce((sum, { need, uses }) => sum + Math.max(0, need - uses), 0)

/**
 * Whether a session that is expected to need so many bytes may start. When no other runs an expectation holds nothing up, only a machine
 * that is out of memory or disk does: a run must not wait for ever because of a guess.
 */
export function holdFor(
  need: number,
  now: { readonly sample: MachineSample; readonly crossed: Crossed; readonly claims: readonly Claim[] },
  rules: ResourceRules,
): Hold | null {
  const { sample, crossed, claims } = now
  if (crossed.disk) return { on: 'disk', detail: `disk: ${sizeWords(sample.disk.free)} free, ${percentUsed(sample.disk)} % used` }
  if (claims.length === 0) return isCritical(sample, rules) ? { on: 'memory', detail: memoryWords(sample, rules) } : null
  if (crossed.memory) return { on: 'memory', detail: memoryWords(sample, rules) }
  const free = memoryFree(sample, rules)
  const reserved = stillReserved(claims)
  if (rules.memMax < 100 && free - reserved < need)
    return { on: 'memory', detail: `memory: ${sizeWords(free)} free, ${bare(reserved)} reserved, needs ${bare(need)}` }
  return crossed.cpu ? { on: 'cpu', detail: `processors: ${Math.round(sample.cpu)} % busy with running sessions` } : null
}

const percentUsed = ({ total, free }: { total: number; free: number }): number => Math.round(100 * (1 - free / total))

function memoryWords(sample: MachineSample, rules: ResourceRules): string {
  const used = Math.round(memoryUsed(sample, rules))
  const stall = sample.memoryStall ?? 0
  if (used < rules.memMax && stall >= tightStall / 2) return `memory: programs wait for it ${Math.round(stall)} % of the time`
  return `memory: ${used} % used, starts wait from ${rules.memMax} %`
}

/** The unit was said just before. */
const bare = (bytes: number): string => (bytes < gibibyte / 10 ? sizeWords(bytes) : (bytes / gibibyte).toFixed(1))

/** How many sessions fit at once into what is free, from 1 to `most`. */
export function sessionsThatFit(free: number, need: number, most: number): number {
  return Math.max(1, Math.min(most, Math.floor(free / need)))
}
