import { ok } from '../../../src/core/result.js'
import type { Sentinel } from '../../../src/engine/ports/sentinel.js'

/** In memory nothing changes but by orch and by sessions in their own worktrees. */
export const quietSentinel: Sentinel = {
  look: () => Promise.resolve(ok([])),
  settle: () => Promise.resolve(ok(undefined)),
  inspect: () => Promise.resolve(ok([])),
  keep: () => Promise.resolve(ok('')),
}
