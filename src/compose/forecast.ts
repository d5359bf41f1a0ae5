import { widthFor } from '../adapters/machine/machine.js'
import { recentFacts } from '../adapters/store/recent-facts.js'
import { type Forecast, forecast } from '../core/forecast.js'
import type { Plan } from '../core/plan.js'
import type { Project } from './project.js'

/** Older ones say little of what a task costs now. */
const runsToGoBy = 20

/** What a plan will need, going by this project's last runs. Null: there is none to go by. */
export async function forecastOf(project: Project, plan: Pick<Plan, 'stages'>, now: number): Promise<Forecast | null> {
  const stages = plan.stages.map(({ stage, tasks }) => ({ stage, tasks: tasks.length }))
  return forecast(await recentFacts(project.runsFolder, { runs: runsToGoBy }), { stages, concurrency: await widthFor(project.config), now })
}
