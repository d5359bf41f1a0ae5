import { recentFacts } from '../adapters/store/recent-facts.js'
import { openSessionPeaks } from '../adapters/store/session-peaks.js'
import { type Forecast, forecast } from '../core/forecast.js'
import type { Plan } from '../core/plan.js'
import { machineOf, widthFor } from './machine.js'
import type { Project } from './project.js'

/** Older ones say little of what a task costs now. */
const runsToGoBy = 20

/** What a plan will need, going by this project's last runs. Null: there is none to go by. */
export async function forecastOf(project: Project, plan: Pick<Plan, 'stages'>, now: number): Promise<Forecast | null> {
  const stages = plan.stages.map(({ stage, tasks }) => ({ stage, tasks: tasks.length }))
  const { root, orchFolder, config } = project
  const history = await recentFacts(project.runsFolder, { runs: runsToGoBy })
  if (history.length === 0) return null
  const peaks = await openSessionPeaks(orchFolder, config.agent.command)
  const concurrency = await widthFor(config, machineOf(root, config.resources), peaks)
  return forecast(history, { stages, concurrency, now })
}
