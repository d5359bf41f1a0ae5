import type { SessionOutcome } from '../../../src/core/session.js'
import { type Act, approval, finished, paid } from './scripted-agent.js'
import type { World } from './world.js'

/** Writes one file named after the task. */
export const write: Act = (request, files) => {
  files[`${request.task}.txt`] = `${request.task} ${request.step}\n`
  return finished()
}

/** Writes a file that every task writes differently. */
export const writeShared: Act = (request, files) => {
  files['shared.txt'] = `${request.task}\n`
  return finished()
}

/** Says that it is done and changes nothing. */
export const idle: Act = () => finished()

/** Works and approves, except where a step of a task, a task or a step is given otherwise. */
export const acting =
  (other: Partial<Record<string, Act>> = {}): Act =>
  (request, files, clock) => {
    const act = other[`${request.task} ${request.step}`] ?? other[request.task] ?? other[request.step]
    if (act !== undefined) return act(request, files, clock)
    return request.step === 'review' ? approval([1, 2, 3]) : write(request, files, clock)
  }

/** Does one thing the first time, another from then on. */
export const first = (once: Act, then: Act): Act => {
  let times = 0
  return (...given) => (times++ === 0 ? once(...given) : then(...given))
}

export const failing = (reason: 'agent-crashed' | 'context-too-long', again: 'resume' | 'fresh' | 'never'): SessionOutcome => ({
  kind: 'failed',
  usage: paid,
  failure: { reason, detail: 'x' },
  again,
})

export const giveUp: Act = () => failing('agent-crashed', 'never')

export const phases = (world: World): Record<string, string> =>
  Object.fromEntries(Object.values(world.state?.work ?? {}).map((w) => [w.id, w.phase]))

/** A run that goes round in circles ends with an error in place of never. */
export function bounded(world: World): World {
  let points = 0
  world.crash = () => {
    if (++points > 5000) throw new Error('it goes round in circles')
  }
  return world
}

/** A commit in a task's worktree by somebody else than orch; on its branch unless that is said otherwise. */
export function commitIn(world: World, task: string, change: Record<string, string>, joined: readonly string[] = []): string {
  const place = world.worktrees.get(`/worktrees/${task}`)
  if (place === undefined) throw new Error(`no worktree of ${task}`)
  place.files = Object.assign({}, place.files, ...joined.map((id) => world.git.get(id).tree), change) as Record<string, string>
  place.head = world.git.commit(place.files, [place.head, ...joined], 'By another hand')
  if (place.branch !== null) world.git.branches.set(place.branch, place.head)
  return place.head
}
