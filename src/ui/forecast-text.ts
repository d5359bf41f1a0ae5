import { counted } from '../core/counted.js'
import type { Forecast, StageForecast } from '../core/forecast.js'
import { money, roughly } from './amounts.js'
import type { Look } from './look.js'
import { until } from './moment.js'

/** Below this, averages say little. */
const fewTasks = 3

/** What the stages ahead need, in words that say how much is known. */
export function forecastText(forecast: Forecast | null, look: Look): readonly string[] {
  if (forecast === null) return ['no forecast: no task of this project has been finished by a run yet']
  const by = counted(forecast.tasks, 'finished task')
  const doubt = forecast.tasks < fewTasks ? ', so take it with a grain of salt' : ''
  const each = `${money(forecast.taskUsd)} and ${roughly(forecast.taskMs)} each`
  return [
    `forecast by ${by} (${each})${doubt}:`,
    ...forecast.stages.map((stage) => stageLine(forecast, stage, look)),
    ...windowLine(forecast),
  ]
}

function stageLine({ window }: Forecast, { stage, usd, share, pausesAt }: StageForecast, look: Look): string {
  const cost = `  stage ${stage} needs about ${money(usd)}`
  if (share === null || window === null) return cost
  const pause = pausesAt === null ? '' : `: it will pause near ${until(pausesAt, look)}`
  return `${cost}, about ${percent(share)} of a five-hour window, ${percent(window.left)} is left${pause}`
}

function windowLine({ window }: Forecast): readonly string[] {
  if (window === null) return ['  how much of a limit that is, is not known: the program has told nothing of windows yet']
  const how = { utilization: 'what the program said of the window', limits: 'limits that were met' }[window.from]
  return [`  (learnt from ${how}, ${counted(window.measurements, 'time')})`]
}

const percent = (share: number): string => `${Math.round(share * 100)} %`
