import { type Account, onlyAccount } from '../../../src/core/account.js'
import { type Config, defaultConfig } from '../../../src/core/config.js'
import { planRun, type Selection } from '../../../src/core/plan.js'
import { Dice } from './dice.js'
import { drawBudget } from './draw-budget.js'
import { drawDeeds } from './draw-deeds.js'
import { drawMilestones } from './draw-milestones.js'
import { type RedPair, suite } from './ground-rules.js'
import type { Scenario, Temper, Weather } from './scenario.js'

const minute = 60_000
const hour = 60 * minute

/** What a seed decides: the same seed, the same scenario. */
export function drawScenario(seed: number): Scenario {
  const dice = new Dice(seed, 'scenario')
  const milestones = drawMilestones(dice.fork('milestones'))
  const ids = milestones.map((m) => m.id as string)
  const shared = Object.fromEntries(ids.map((id) => [id, dice.some(['shared/a.txt', 'shared/b.txt'], dice.pick([0, 0, 0.3]))]))
  // A person's red commit can only be mended by a task that may change any file.
  const mayBeRed = milestones.every((m) => m.paths.length === 0)
  return {
    seed,
    milestones,
    config: drawConfig(dice.fork('config')),
    rules: { redPairs: drawRedPairs(dice.fork('red'), ids), shared },
    selection: drawSelection(dice.fork('selection'), milestones),
    concurrency: dice.whole(1, 4),
    noWait: dice.chance(0.15),
    withoutReview: dice.chance(0.1),
    temper: drawTemper(dice.fork('temper')),
    stubborn: dice.some([...ids, 'stage-1', 'stage-2'], 0.05),
    weather: drawWeather(dice.fork('weather')),
    deeds: drawDeeds(dice.fork('deeds'), ids, mayBeRed),
    deaths: dice.chance(0.6) ? dice.steep(1, 8) : 0,
    accounts: drawAccounts(dice.fork('accounts')),
    limits: dice.chance(0.4) ? dice.steep(1, 6) : 0,
    wildLives: dice.steep(1, 10),
  }
}

function drawConfig(dice: Dice): Config {
  return {
    ...defaultConfig,
    checks: dice.chance(0.7) ? [{ command: suite, timeoutMs: minute }] : [],
    git: {
      ...defaultConfig.git,
      envFiles: [],
      mergeRounds: dice.whole(1, 3),
      mergeOrder: dice.fork('order').pick(['plan', 'plan', 'finished']),
    },
    worktree: { ...defaultConfig.worktree, setup: dice.chance(0.2) ? ['setup'] : [] },
    execution: { ...defaultConfig.execution, retries: dice.whole(0, 3), retryDelayMs: dice.pick([1000, 30_000]) },
    agent: { ...defaultConfig.agent, model: 'm' },
    budget: drawBudget(dice.fork('budget')),
    review: {
      ...defaultConfig.review,
      enabled: dice.chance(0.9),
      maxRounds: dice.whole(1, 3),
      scope: dice.pick([['task', 'stage'], ['task', 'stage'], ['task'], ['stage']] as const),
      ...drawPanel(dice.fork('panel')),
    },
    rateLimit: {
      ...defaultConfig.rateLimit,
      maxWaitMs: dice.pick([defaultConfig.rateLimit.maxWaitMs, 2 * hour]),
      marginMs: dice.pick([0, minute]),
    },
  }
}

/** What holds work back, and who looks. */
function drawPanel(dice: Dice): Pick<Config['review'], 'bar' | 'lenses' | 'quorum'> {
  const bar = dice.pick(['major', 'major', 'minor', 'nit'] as const)
  const lenses = dice.pick([['correctness'], ['correctness'], ['correctness', 'security'], ['tests', 'correctness', 'simplicity']] as const)
  return { bar, lenses, quorum: dice.pick([null, null, 1, 2]) }
}

/** One, or two that may or may not go on with each other's conversations, and that are used one after the other or in turns. */
function drawAccounts(dice: Dice): readonly Account[] {
  if (dice.chance(0.6)) return [onlyAccount]
  const other = { name: 'second', rank: dice.pick([0, 1]), conversations: dice.pick(['', 'elsewhere']) }
  return [onlyAccount, other]
}

function drawRedPairs(dice: Dice, ids: readonly string[]): RedPair[] {
  if (ids.length < 2 || dice.chance(0.6)) return []
  return Array.from({ length: dice.whole(1, 2) }, (): RedPair => {
    const first = dice.whole(0, ids.length - 2)
    return [ids[first] ?? '', ids[dice.whole(first + 1, ids.length - 1)] ?? '']
  })
}

function drawSelection(dice: Dice, milestones: ReturnType<typeof drawMilestones>): Selection {
  const all: Selection = { stages: [], milestones: [] }
  if (dice.chance(0.85)) return all
  const some: Selection = dice.chance(0.5)
    ? { stages: [dice.pick(milestones).stage], milestones: [] }
    : { stages: [], milestones: dice.some(milestones, 0.7).map((m) => m.id) }
  const plan = planRun(milestones, some, new Set(), () => ({ line: 1, column: 1 }))
  return plan.ok && plan.value.stages.length > 0 ? some : all
}

/** From a crew that is good to one that is hardly of use. */
function drawTemper(dice: Dice): Temper {
  const wild = dice.pick([0, 0.3, 0.3, 1, 1, 3])
  const often = (most: number): number => (dice.chance(0.4) ? wild * most * dice.fraction() : 0)
  return {
    good: 10,
    bad: often(5),
    lies: often(4),
    crashes: often(4),
    loses: often(2),
    silent: often(2),
    slow: often(2),
    refuses: often(2),
    unavailable: often(4),
    login: often(0.7),
    limited: often(4),
    strays: often(3),
    leaks: often(2),
    commits: often(5),
    half: often(5),
    picky: often(8),
    garbage: often(4),
  }
}

function drawWeather(dice: Dice): Weather {
  const often = (most: number): number => (dice.chance(0.35) ? most * dice.fraction() : 0)
  return { gitFails: often(0.02), diskFull: often(0.01), flaky: often(0.2), entryUnmet: often(0.5), slow: dice.pick([0.05, 0.2, 0.5]) }
}
