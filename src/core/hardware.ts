import { type NodeSettings, nodeSettings } from './policy/node-heap.js'

/** What a machine is made of. Sizes in bytes. */
export interface Hardware {
  readonly memory: number
  /** Free, or to be had at once. */
  readonly available: number
  /** What the container or service that orch runs in may have of it; null: all. */
  readonly container: { readonly limit: number; readonly available: number } | null
  readonly logicalCores: number
  readonly physicalCores: number
  readonly model: string
  /** As Node names them: `linux`, `darwin`, `win32`; `x64`, `arm64`. */
  readonly platform: string
  readonly architecture: string
}

/** The memory that counts: the container's where it has less than the machine. */
export const usableMemory = ({ memory, container }: Hardware): number => Math.min(memory, container?.limit ?? memory)

/** Settings for a Node program on this machine. */
export const settingsFor = (hardware: Hardware): NodeSettings => nodeSettings(usableMemory(hardware), hardware.physicalCores)
