import { tmpdir } from 'node:os'
import path from 'node:path'
import { systemClock } from '../adapters/clock/clock.js'
import { isFreePort } from '../adapters/machine/free-port.js'
import { stateHome } from '../adapters/store/state-home.js'
import { WorktreeLeases } from '../adapters/store/worktree-leases.js'
import type { Config } from '../core/config.js'
import type { Project } from './project.js'

/** What the worktrees of a run have for themselves. Without a home they are told apart within the repository only. */
export function leasesFor(project: Project, config: Config): WorktreeLeases {
  const { env, platform } = project.surroundings
  const folder = path.join(stateHome(env, platform) ?? project.orchFolder, 'leases')
  return new WorktreeLeases({ folder, rules: config.worktree.leases, temporary: tmpdir(), isFreePort, now: () => systemClock.now() })
}
