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
  const { orchFolder, config } = project
  const peaks = await openSessionPeaks(orchFolder, config.agent.command)
  const concurrency = await widthFor(config, machineOf(orchFolder, config.resources), peaks)
  return forecast(await recentFacts(project.runsFolder, { runs: runsToGoBy }), { stages, concurrency, now })
}
