import type { Milestone } from '../../core/milestone.js'
import type { Problem } from '../../core/problem.js'
import type { Result } from '../../core/result.js'

/** The milestone files as they are now. */
export interface MilestoneSource {
  read(): Promise<Result<readonly Milestone[], readonly Problem[]>>
}
