import { describe, expect, it } from 'vitest'
import type { SessionOutcome } from '../../src/core/session.js'
import { type Act, approval, finished, paid, refusal } from '../support/simulation/scripted-agent.js'
import { World } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

const three = [aMilestone({ id: '1A' }), aMilestone({ id: '1B' }), aMilestone({ id: '2A' })]

/** Writes one file per task, approves everything, except where a step of a task is given otherwise. */
const acting =
  (other: Partial<Record<string, Act>> = {}): Act =>
  (request, files, clock) => {
    const act = other[`${request.task} ${request.step}`] ?? other[request.task] ?? other[request.step]
    if (act !== undefined) return act(request, files, clock)
    if (request.step === 'review') return approval([1, 2, 3])
    files[`${request.task}.txt`] = `${request.task} ${request.step}\n`
    return finished()
  }

const failing = (reason: 'agent-crashed' | 'service-unavailable', again: 'resume' | 'fresh' | 'never' = 'resume'): SessionOutcome => ({
  kind: 'failed',
  usage: paid,
  failure: { reason, detail: 'x' },
  again,
})

let written = 0
/** Writes something that was never there before. */
const another: Act = (request, files) => {
  files[`${request.task}.txt`] = `${++written}\n`
  return finished()
}

/** Does one thing the first time, another from then on. */
const first = (once: Act, then: Act): Act => {
  let times = 0
  return (...given) => (times++ === 0 ? once(...given) : then(...given))
}

const write: Act = (request, files) => {
  files[`${request.task}.txt`] = `${request.task} ${request.step}\n`
  return finished()
}

const phases = (world: World) => Object.fromEntries(Object.values(world.state?.work ?? {}).map((w) => [w.id, w.phase]))

describe('a run', () => {
  it('merges every task of every stage, each by a merge commit of its own, and says done', async () => {
    const world = new World({ milestones: three, act: acting() })
    expect(await world.run()).toEqual({ ending: 'done', failure: null })
    const history = [...world.git.history(world.tip().id)].map((id) => world.git.get(id))
    const merges = history.filter((c) => c.parents.length === 2).map((c) => /Orch-Task: (\S+)/.exec(c.message)?.[1])
    expect(merges.sort()).toEqual(['1A', '1B', '2A'])
    expect(world.tip().tree).toMatchObject({ '1A.txt': '1A implement\n', '1B.txt': '1B implement\n', '2A.txt': '2A implement\n' })
    expect(world.tip().tree['TASKS.md']).toContain('2A merged')
    expect([...world.worktrees.keys()]).toEqual([])
  })

  it('starts the second stage from where the first one moved the branch', async () => {
    const seen: string[] = []
    const world = new World({
      milestones: three,
      act: acting({
        '2A implement': (r, files, c) => {
          seen.push(...Object.keys(files))
          return write(r, files, c)
        },
      }),
    })
    await world.run()
    expect(seen).toEqual(expect.arrayContaining(['1A.txt', '1B.txt', 'TASKS.md']))
  })

  it('reviews each task and the combination once, and a stage of one task not twice', async () => {
    const world = new World({ milestones: three, act: acting() })
    await world.run()
    expect(
      world.agent.sessions
        .filter((s) => s.step === 'review')
        .map((s) => s.task)
        .sort(),
    ).toEqual(['1A', '1B', '2A', 'stage-1'])
  })

  it('lets a task that depends on a sibling start from that sibling', async () => {
    let seen: string[] = []
    const world = new World({
      milestones: [aMilestone({ id: '1A', depends: ['1B'] }), aMilestone({ id: '1B' }), aMilestone({ id: '1C' })],
      act: acting({
        '1A implement': (r, files, c) => {
          seen = Object.keys(files)
          return write(r, files, c)
        },
      }),
    })
    expect((await world.run()).ending).toBe('done')
    expect(seen).toContain('1B.txt')
  })

  it('never has more sessions at once than asked for', async () => {
    let now = 0
    let most = 0
    const counted: Act = async (request, files, clock) => {
      most = Math.max(most, ++now)
      await clock.sleepUntil(clock.now() + 5000, new AbortController().signal)
      now--
      return acting()(request, files, clock)
    }
    const milestones = Array.from({ length: 12 }, (_, i) => aMilestone({ id: `1${String.fromCharCode(65 + i)}` }))
    const world = new World({ milestones, act: counted, concurrency: 3 })
    expect((await world.run()).ending).toBe('done')
    expect(most).toBe(3)
  })

  it('picks up files that were added while an earlier stage ran, new stages too', async () => {
    const world: World = new World({
      milestones: three,
      act: acting({
        '1A implement': (r, files, c) => {
          world.milestones = [...three, aMilestone({ id: '2B' }), aMilestone({ id: '3A' })]
          return write(r, files, c)
        },
      }),
    })
    expect((await world.run()).ending).toBe('done')
    expect(phases(world)).toMatchObject({ '2B': 'merged', '3A': 'merged' })
  })
})

describe('what is not done', () => {
  it('an agent that says done and changed nothing has failed, and later stages are blocked', async () => {
    const world = new World({ milestones: three, act: acting({ '1A implement': () => finished() }) })
    expect(await world.run()).toEqual({ ending: 'failed', failure: { reason: 'empty-diff' } })
    expect(phases(world)).toMatchObject({ '1A': 'failed', '1B': 'approved', '2A': 'blocked' })
    expect(world.git.get(world.tip().id).message).toBe('Begin')
  })

  it('nothing to change is success where the milestone allows it', async () => {
    const world = new World({ milestones: [aMilestone({ id: '1A', allowEmpty: true })], act: acting({ '1A implement': () => finished() }) })
    expect((await world.run()).ending).toBe('done')
  })

  it('an optional task that fails does not hold the stage', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A', optional: true }), aMilestone({ id: '1B' }), aMilestone({ id: '2A' })],
      act: acting({ '1A implement': () => finished() }),
    })
    expect((await world.run()).ending).toBe('done')
    expect(phases(world)).toMatchObject({ '1A': 'failed', '1B': 'merged', '2A': 'merged' })
  })

  it('a crash is repeated in the same conversation, and given up after the retries', async () => {
    const world = new World({ milestones: [aMilestone({ id: '1A' })], act: acting({ '1A implement': () => failing('agent-crashed') }) })
    expect((await world.run()).ending).toBe('failed')
    const sessions = world.agent.sessions.map((s) => s.session)
    expect(sessions).toHaveLength(4)
    expect(new Set(sessions).size).toBe(1)
  })

  it('a service that does not answer burns no attempt', async () => {
    let times = 0
    const world = new World({
      milestones: [aMilestone({ id: '1A' })],
      act: acting({ '1A implement': (r, f, c) => (times++ < 10 ? failing('service-unavailable') : write(r, f, c)) }),
    })
    expect((await world.run()).ending).toBe('done')
  })

  it('a refused login stops the run, fails no task, and the next run goes on', async () => {
    const refused: Act = () => ({ kind: 'failed', usage: paid, failure: { reason: 'login-refused', detail: '401' }, again: 'never' })
    const world = new World({ milestones: three, act: acting({ '1A implement': first(refused, write) }) })
    expect((await world.run()).ending).toBe('surroundings')
    expect((await world.run()).ending).toBe('done')
    expect(world.types()).not.toContain('task-failed')
  })
})

describe('checks and reviews', () => {
  it('a failing check is remediated in the same conversation, with its output', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A', checks: ['test'] })],
      check: (_, files) => files['1A.txt'] === '1A remediate\n',
      act: acting(),
    })
    expect((await world.run()).ending).toBe('done')
    const [implement, remediate] = world.agent.sessions
    expect(remediate).toMatchObject({ step: 'remediate', session: implement?.session, resumes: true, prompt: 'remediate 1A: test' })
  })

  it('checks that stay red fail the task after the last round', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A', checks: ['test'] })],
      check: () => false,
      act: acting({ '1A remediate': another }),
    })
    expect(await world.run()).toMatchObject({ ending: 'failed', failure: { reason: 'checks-failed', rounds: 3 } })
  })

  it('a round that changes nothing ends early', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A', checks: ['test'] })],
      check: () => false,
      act: acting({ '1A remediate': () => finished() }),
    })
    expect(await world.run()).toMatchObject({ failure: { reason: 'remediation-without-change' } })
    expect(world.agent.sessions).toHaveLength(2)
  })

  it('a refused review is remediated and reviewed again by a fresh session', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A' })],
      act: acting({
        '1A review': first(
          () => refusal('too short'),
          () => approval(),
        ),
      }),
    })
    expect((await world.run()).ending).toBe('done')
    expect(world.agent.sessions.map((s) => s.step)).toEqual(['implement', 'review', 'remediate', 'review'])
    expect(world.agent.sessions[2]?.prompt).toBe('remediate 1A: too short')
    expect(world.agent.sessions[3]?.session).not.toBe(world.agent.sessions[1]?.session)
  })

  it('a review that never agrees is for a person', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A' })],
      act: acting({ '1A review': () => refusal('no'), '1A remediate': another }),
    })
    const failure = { reason: 'review-unresolved', rounds: 2, trend: [1, 1, 1], stall: 'plateau' }
    expect(await world.run()).toMatchObject({ ending: 'needs-person', failure })
  })

  it('a review that finds something else each time is for a person after as many rounds as it may have', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A' })],
      act: acting({ '1A review': (request) => refusal('abcdefgh'.repeat(request.number)), '1A remediate': another }),
    })
    const failure = { reason: 'review-unresolved', rounds: 3, trend: [1, 1, 1, 1] }
    expect(await world.run()).toMatchObject({ ending: 'needs-person', failure })
  })

  it('prose is no review and approves nothing', async () => {
    const world = new World({ milestones: [aMilestone({ id: '1A' })], act: acting({ '1A review': () => finished() }) })
    expect(await world.run()).toMatchObject({ ending: 'needs-person', failure: { reason: 'review-unreadable' } })
    expect(world.git.get(world.tip().id).message).toBe('Begin')
  })

  it('a criterion that the review leaves out is not met', async () => {
    const criteria = [1, 2].map((n) => ({ n, text: `criterion ${n}`, command: null }))
    const world = new World({
      milestones: [aMilestone({ id: '1A', criteria })],
      act: acting({
        '1A review': first(
          () => approval([1]),
          () => approval([1, 2]),
        ),
      }),
    })
    expect((await world.run()).ending).toBe('done')
    expect(world.agent.sessions.map((s) => s.step)).toEqual(['implement', 'review', 'remediate', 'review'])
  })

  it('the whole of a stage is remediated on top of its merges when its review refuses', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A' }), aMilestone({ id: '1B' })],
      act: acting({
        'stage-1 review': first(
          () => refusal('they disagree'),
          () => approval(),
        ),
      }),
    })
    expect((await world.run()).ending).toBe('done')
    expect(world.tip().tree).toMatchObject({ 'stage-1.txt': 'stage-1 remediate\n' })
  })
})

describe('merging', () => {
  const shared: Act = (request, files) => {
    files['shared.txt'] = `${request.task}\n`
    return finished()
  }
  const both: Act = (_, files) => {
    files['shared.txt'] = '1A\n1B\n'
    return finished()
  }
  const two = [aMilestone({ id: '1A' }), aMilestone({ id: '1B' })]

  it('a conflict is resolved by an agent, then checked and reviewed again', async () => {
    const world = new World({ milestones: two, act: acting({ '1A implement': shared, '1B implement': shared, resolve: both }) })
    expect((await world.run()).ending).toBe('done')
    expect(world.tip().tree['shared.txt']).toBe('1A\n1B\n')
    expect(world.agent.sessions.filter((s) => s.task === '1B').map((s) => s.step)).toEqual(['implement', 'review', 'resolve', 'review'])
  })

  it('a conflict that nobody resolves is parked with both sides kept, and the branch does not move', async () => {
    const world = new World({ milestones: two, act: acting({ '1A implement': shared, '1B implement': shared, resolve: () => finished() }) })
    expect(await world.run()).toMatchObject({ ending: 'needs-person', failure: { reason: 'conflict-unresolved', files: ['shared.txt'] } })
    expect(world.git.get(world.tip().id).message).toBe('Begin')
    expect(world.tip('orch/r1/1B').tree['shared.txt']).toBe('1B\n')
    expect(world.tip('orch/r1/stage-1').tree['shared.txt']).toBe('1A\n')
  })

  it('two green tasks that are red together: the branch does not move until the guilty one is mended', async () => {
    const together = (_: string, files: Readonly<Record<string, string>>) => !('1A.txt' in files && files['1B.txt'] === '1B implement\n')
    const world = new World({ milestones: [...two, aMilestone({ id: '1C' })], config: withCheck, check: together, act: acting() })
    expect((await world.run()).ending).toBe('done')
    expect(world.facts.filter((f) => f.type === 'combination-refused').map((f) => f.task)).toEqual(['1B'])
    expect(world.tip().tree).toMatchObject({ '1A.txt': '1A implement\n', '1B.txt': '1B remediate\n', '1C.txt': '1C implement\n' })
  })

  it('a combination that stays red fails the stage, and both branches are kept', async () => {
    const together = (_: string, files: Readonly<Record<string, string>>) => !('1A.txt' in files && '1B.txt' in files)
    const world = new World({ milestones: two, config: withCheck, check: together, act: acting() })
    expect((await world.run()).ending).toBe('failed')
    expect(world.git.get(world.tip().id).message).toBe('Begin')
    expect([...world.git.branches.keys()]).toEqual(expect.arrayContaining(['orch/r1/1A', 'orch/r1/1B', 'orch/r1/stage-1']))
  })

  it("a person's commits during the run are in the result, and the checks ran on it", async () => {
    const world: World = new World({
      milestones: [aMilestone({ id: '1A' })],
      act: acting({
        '1A implement': (r, files, c) => {
          world.git.branches.set('main', world.git.commit({ ...world.tip().tree, 'mine.txt': 'mine\n' }, [world.tip().id], 'My own'))
          return write(r, files, c)
        },
      }),
    })
    expect((await world.run()).ending).toBe('done')
    expect(world.tip().tree).toMatchObject({ 'mine.txt': 'mine\n', '1A.txt': '1A implement\n' })
    expect(world.git.get(world.tip().parents[0] ?? '').message).toBe('My own')
    expect(world.state?.work['stage-1']?.checkedCommit).toBe(world.tip().id)
  })

  it('commits of a person that conflict leave the finished stage on its branch', async () => {
    const world: World = new World({
      milestones: [aMilestone({ id: '1A' })],
      act: acting({
        '1A implement': (r, files, c) => {
          world.git.branches.set('main', world.git.commit({ ...world.tip().tree, '1A.txt': 'mine\n' }, [world.tip().id], 'My own'))
          return write(r, files, c)
        },
      }),
    })
    expect(await world.run()).toMatchObject({ ending: 'needs-person', failure: { reason: 'base-conflict' } })
    expect(world.tip().message).toBe('My own')
    expect(world.tip('orch/r1/stage-1').tree['1A.txt']).toBe('1A implement\n')
  })

  it('waits for a person where a milestone asks for approval, and goes on after it', async () => {
    const world = new World({ milestones: [aMilestone({ id: '1A', approval: true }), aMilestone({ id: '1B' })], act: acting() })
    expect(await world.run()).toMatchObject({ ending: 'needs-person', failure: { reason: 'approval-missing' } })
    const paidBefore = world.agent.sessions.length
    world.approvals.add('1A')
    expect((await world.run()).ending).toBe('done')
    expect(world.agent.sessions.slice(paidBefore).map((s) => s.task)).toEqual(['stage-1'])
  })
})

describe('a limit', () => {
  const limited: Act = (_, __, clock) => ({
    kind: 'limited',
    usage: paid,
    limit: { resetsAt: clock.now() + 3_600_000, window: 'five_hour' },
  })

  it('holds every start until the reset and a margin, burns nothing, and the same conversation goes on', async () => {
    const world = new World({ milestones: three, act: acting({ '1A implement': first(limited, write) }), concurrency: 1 })
    expect((await world.run()).ending).toBe('done')
    const [before, after] = world.agent.sessions
    expect(after).toMatchObject({ session: before?.session, resumes: true, number: 1, prompt: 'go on 1A' })
    const hit = world.facts.find((f) => f.type === 'limit-hit')
    const next = world.facts.find((f) => f.type === 'attempt-started' && f.seq > (hit?.seq ?? 0))
    expect(Date.parse(next?.at ?? '')).toBeGreaterThanOrEqual(hit?.type === 'limit-hit' ? hit.until : Number.POSITIVE_INFINITY)
  })

  it('without waiting the run pauses, and goes on when it is resumed', async () => {
    const world = new World({ milestones: three, act: acting({ '1A implement': first(limited, write) }), concurrency: 1, noWait: true })
    expect((await world.run()).ending).toBe('paused')
    world.clock.jump(3_600_000 + 120_000)
    expect((await world.run()).ending).toBe('done')
  })
})

function withCheck<T extends { checks: readonly unknown[] }>(config: T): T {
  return { ...config, checks: [{ command: 'npm test', timeoutMs: 1000 }] }
}
