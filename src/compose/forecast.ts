import { widthFor } from '../adapters/machine/machine.js'
import { type Forecast, forecast } from '../core/forecast.js'
import type { Plan } from '../core/plan.js'
import { readHistoryOf } from './ledger.js'
import type { Project } from './project.js'

/** What a plan will need, going by this project's own history. Null: there is none to go by. */
export async function forecastOf(project: Project, plan: Pick<Plan, 'stages'>, now: number): Promise<Forecast | null> {
  const stages = plan.stages.map(({ stage, tasks }) => ({ stage, tasks: tasks.length }))
  return forecast(await readHistoryOf(project), { stages, concurrency: await widthFor(project.config), now })
}
