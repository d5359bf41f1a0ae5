import { describe, expect, it } from 'vitest'
import type { PromiseName } from '../support/simulation/oracle.js'
import { type Sabotage, sabotages } from '../support/simulation/sabotage.js'
import { type Simulation, simulate } from '../support/simulation/simulate.js'

const inWords = ({ seed, violations }: Simulation): readonly string[] =>
  violations.map(({ promise, seen }) => `${promise}: ${seen}\n  replay: npm run simulate -- --seed ${seed}`)

const seeds = (from: number, count: number): readonly number[] => Array.from({ length: count }, (_, n) => from + n)

describe('whatever happens to orch, its agents, its machine and its person', () => {
  // In ten parts, so that something is shown while they run.
  it.each(seeds(0, 10).map((part) => part * 20 + 1))('every promise is kept: twenty seeds from %i', async (from) => {
    const broken: string[] = []
    for (const seed of seeds(from, 20)) broken.push(...inWords(await simulate(seed)))
    expect(broken).toEqual([])
  })

  it('the same seed tells the same story', async () => {
    expect(await simulate(7)).toEqual(await simulate(7))
  })
})

/** Which promise each bug breaks that is built in on purpose. */
const breaks: Readonly<Record<Sabotage, PromiseName>> = {
  'checks are not run': 'Never red',
  'red is called green': 'Never red',
  'the branch moves to a commit that nobody checked': 'Never red',
  'worktrees are deleted with what is in them': 'Never lost',
  'a branch is set back': 'Never lost',
  "the person's commits are overwritten": 'Never in the way',
  "the person's edits are overwritten": 'Never in the way',
  'merges are not found again': 'Never twice',
  'finished sessions are forgotten': 'Never twice',
  'a limit is taken for a failure': 'A limit is not a failure',
  'starts do not wait for a limit': 'A limit is not a failure',
  'survivors are left running': 'Nothing left behind',
  'sessions run on after a stop': 'Nothing left behind',
  'a secret is written': 'No secret in what we write',
  'prose counts as a review': 'Done is proved',
  'an empty diff counts as work': 'Done is proved',
  'a review approves what it did not see': 'Done is proved',
  'what was saved is forgotten': 'The state is sound',
  'budgets are not looked at': 'Budgets hold',
  'leaks are not looked for': 'Leaks are told',
  'rounds are not counted': 'Reviews converge',
  'findings are taken for nits': 'Reviews converge',
  'what a session cost that was cut off is forgotten': 'Never twice',
  'an approval is never heard': 'Everything gets done',
}

/** Tells stories with the bug built in until one of them shows it. */
async function noticed(sabotage: Sabotage, promise: PromiseName): Promise<number | null> {
  for (const seed of seeds(1, 300)) {
    const { violations } = await simulate(seed, sabotage)
    if (violations.some((violation) => violation.promise === promise)) return seed
  }
  return null
}

describe('the oracle notices', () => {
  it.each(sabotages)('%s', async (sabotage) => {
    expect(await noticed(sabotage, breaks[sabotage])).not.toBeNull()
  })
})
