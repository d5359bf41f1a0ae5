import { randomUUID } from 'node:crypto'
import type { Chance } from '../../engine/ports/chance.js'

/** Real chance. */
export const systemChance: Chance = {
  uuid: () => randomUUID(),
  fraction: () => Math.random(),
}
