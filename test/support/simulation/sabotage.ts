import { defaultAccount } from '../../../src/core/account.js'
import { defaultConfig } from '../../../src/core/config.js'
import { ok } from '../../../src/core/result.js'
import { noUsage, type SessionOutcome } from '../../../src/core/session.js'
import type { ReviewAnswer } from '../../../src/core/verdict.js'
import { Budgets } from '../../../src/engine/budget.js'
import type { Engine, Ports } from '../../../src/engine/engine.js'
import type { Admission } from '../../../src/engine/gate.js'
import { aCheckResult } from '../work.js'
import { noteMove } from './evidence.js'
import { approval } from './scripted-agent.js'
import type { Universe } from './universe.js'

type Spoil = (ports: Ports, universe: Universe) => Partial<Ports>

/** Replaces what `land` does by a move to another commit, whatever stands in the way. */
const landing =
  (other: (to: string, universe: Universe) => string): Spoil =>
  ({ repository, journal }, universe) => ({
    repository: {
      ...repository,
      land: (branch, _from, to) => {
        const before = universe.main
        universe.git.branches.set(branch, other(to, universe))
        noteMove(universe.evidence, {
          by: 'orch',
          from: before,
          to: universe.main,
          state: journal.state,
          overEdits: universe.isCheckoutDirty,
        })
        return Promise.resolve(ok(undefined))
      },
    },
  })

const unchecked: Spoil = () => ({ commands: { run: ({ command }) => Promise.resolve(ok(aCheckResult({ command }))) } })

const redAsGreen: Spoil = ({ commands }) => ({
  commands: {
    run: async (...given) => {
      const ran = await commands.run(...given)
      return ran.ok ? ok({ ...ran.value, passed: true }) : ran
    },
  },
})

/** A worktree that is to be opened anew is deleted first, with its branch. */
const deleting: Spoil = ({ repository }, { git, worktrees }) => ({
  repository: {
    ...repository,
    openWorkspace: (workspace) => {
      worktrees.delete(workspace.path)
      git.branches.delete(workspace.branch)
      return repository.openWorkspace(workspace)
    },
  },
})

const settingBack: Spoil = ({ repository }, { git, worktrees }) => ({
  repository: {
    ...repository,
    commitWork: (workspace, commit) => {
      git.branches.set(workspace.branch, commit.since)
      const place = worktrees.get(workspace.path)
      if (place !== undefined) place.head = commit.since
      return repository.commitWork(workspace, commit)
    },
  },
})

const limitAsFailure = (outcome: SessionOutcome): SessionOutcome =>
  outcome.kind === 'limited'
    ? { kind: 'failed', usage: outcome.usage, failure: { reason: 'agent-crashed', detail: 'limit' }, again: 'fresh' }
    : outcome

/** Says that it was stopped, and leaves the process running. */
const runningOn: Spoil = ({ agent }) => ({
  agent: {
    ...agent,
    run: (request, hear, stop) => {
      const stopped = new Promise<SessionOutcome>((resolve) =>
        stop.addEventListener('abort', () => resolve({ kind: 'stopped', usage: noUsage }), { once: true }),
      )
      return Promise.race([stopped, agent.run(request, hear, new AbortController().signal)])
    },
  },
})

const believingProse: Spoil = ({ reviews }) => ({
  reviews: {
    ...reviews,
    read: (structured, text) => {
      const answer = reviews.read(structured, text)
      const said = approval([1, 2, 3]) as SessionOutcome & { kind: 'finished' }
      return answer.ok ? answer : ok(said.structured as ReviewAnswer)
    },
  },
})

const claimingChange: Spoil = ({ repository }) => ({
  repository: {
    ...repository,
    commitWork: async (...given) => {
      const saved = await repository.commitWork(...given)
      return saved.ok ? ok({ ...saved.value, changed: true }) : saved
    },
  },
})

/** Bugs that are built in on purpose, one at a time: an oracle that does not notice them proves nothing. Those without a `spoil` are
 *  looked for by name where they happen. */
const spoils = {
  'checks are not run': unchecked,
  'red is called green': redAsGreen,
  'the branch moves to a commit that nobody checked': landing((to, { git }) => git.commit(git.get(to).tree, [to], 'Again\n')),
  'worktrees are deleted with what is in them': deleting,
  'a branch is set back': settingBack,
  "the person's commits are overwritten": landing((to, { git }) => git.commit(git.get(to).tree, [], 'Alone\n')),
  "the person's edits are overwritten": landing((to) => to),
  'merges are not found again': ({ repository }) => ({
    repository: { ...repository, mergedMilestones: () => Promise.resolve(ok(new Map())) },
  }),
  'finished sessions are forgotten': ({ agent }) => ({
    agent: { ...agent, recall: () => Promise.resolve(null), spent: () => Promise.resolve(null) },
  }),
  'a limit is taken for a failure': ({ agent }) => ({
    agent: { ...agent, run: async (...given) => limitAsFailure(await agent.run(...given)) },
  }),
  'starts do not wait for a limit': null,
  'survivors are left running': null,
  'sessions run on after a stop': runningOn,
  'a secret is written': null,
  'prose counts as a review': believingProse,
  'an empty diff counts as work': claimingChange,
  'a review approves what it did not see': ({ repository }) => ({
    repository: { ...repository, putBack: () => Promise.resolve(ok([])), changedFiles: () => Promise.resolve(ok([])) },
  }),
  'what was saved is forgotten': null,
  'budgets are not looked at': null,
  'leaks are not looked for': null,
  'rounds are not counted': null,
  'findings are taken for nits': null,
  'what a session cost that was cut off is forgotten': ({ agent }) => ({ agent: { ...agent, spent: () => Promise.resolve(null) } }),
  'an approval is never heard': () => ({ inbox: { approvalOf: () => Promise.resolve(null) } }),
} as const satisfies Record<string, Spoil | null>

export type Sabotage = keyof typeof spoils

export const sabotages = Object.keys(spoils) as readonly Sabotage[]

const unguarded: Admission = {
  account: defaultAccount,
  evicted: new AbortController().signal,
  isOpen: () => true,
  answered: () => undefined,
  ended: () => Promise.resolve(),
}

const unlimited = ({ ports: { journal, clock }, halt }: Engine): Budgets =>
  new Budgets({ journal, clock, halt, budget: defaultConfig.budget })

const withReview = (engine: Engine, review: Partial<Engine['config']['review']>): Engine => ({
  ...engine,
  config: { ...engine.config, review: { ...engine.config.review, ...review } },
})

/** The engine with the bug of this universe built in. */
export function sabotaged(engine: Engine, universe: Universe): Engine {
  if (universe.sabotage === null) return engine
  if (universe.sabotage === 'budgets are not looked at') return { ...engine, budgets: unlimited(engine) }
  if (universe.sabotage === 'rounds are not counted') return withReview(engine, { maxRounds: 99 })
  if (universe.sabotage === 'findings are taken for nits') return withReview(engine, { bar: 'blocker' })
  if (universe.sabotage === 'starts do not wait for a limit')
    return { ...engine, gate: { ...engine.gate, admit: () => Promise.resolve(engine.halt.soft.aborted ? null : unguarded) } }
  const spoil: Spoil | null = spoils[universe.sabotage]
  return spoil === null ? engine : { ...engine, ports: { ...engine.ports, ...spoil(engine.ports, universe) } }
}
