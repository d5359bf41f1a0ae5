import { ok } from '../../../src/core/result.js'
import type { Leases } from '../../../src/engine/ports/leases.js'

/** Nothing is configured to be leased. */
export const noLeases: Leases = { take: () => Promise.resolve(ok({})), release: () => Promise.resolve() }
