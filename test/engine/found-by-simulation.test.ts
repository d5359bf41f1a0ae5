import { describe, expect, it } from 'vitest'
import { StoreError } from '../../src/adapters/store/store-error.js'
import { defaultConfig } from '../../src/core/config.js'
import { retryableWork } from '../../src/core/retryable.js'
import { Budgets } from '../../src/engine/budget.js'
import { failing } from '../support/simulation/acts.js'
import { type Act, approval, finished, paid, refusal } from '../support/simulation/scripted-agent.js'
import { World } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

/** Writes one file per task and approves everything. */
const write: Act = (request, files) => {
  if (request.step === 'review') return approval([1, 2, 3])
  files[`${request.task}.txt`] = `${request.task} ${request.step}\n`
  return finished()
}

describe('a save that fails', () => {
  it('is told as what it is, when all siblings have ended', async () => {
    const world = new World({ milestones: [aMilestone({ id: '1A' }), aMilestone({ id: '1B' })], act: write })
    world.crash = (point) => {
      if (point === 'before saving attempt-finished') throw new StoreError({ reason: 'disk-full', path: 'facts.ndjson' })
    }
    await expect(world.run()).rejects.toBeInstanceOf(StoreError)
    expect(world.agent.sessions).toHaveLength(2)
  })
})

describe('a task that needs what did not get done', () => {
  const lies: Act = (request, files, clock) => (request.task === '1A' ? finished() : write(request, files, clock))
  const phase = (world: World, task: string) => world.state?.work[task]?.phase

  it('is never left out of its stage: not when the run is resumed either', async () => {
    const milestones = [aMilestone({ id: '1A', optional: true }), aMilestone({ id: '1B', depends: ['1A'] }), aMilestone({ id: '1C' })]
    const world = new World({ milestones, act: lies })
    expect((await world.run()).ending).toBe('failed')
    expect((await world.run()).ending).toBe('failed')
    expect(phase(world, '1B')).toBe('blocked')
    expect(world.tip().message).toBe('Begin')
  })

  it('does not start in a later stage either', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A', optional: true }), aMilestone({ id: '2A', depends: ['1A'] })],
      act: lies,
    })
    expect((await world.run()).ending).toBe('failed')
    expect(phase(world, '2A')).toBe('blocked')
    expect(world.agent.sessions.map((s) => s.task)).not.toContain('2A')
  })
})

describe('a stage that has passed without an optional task', () => {
  it('is not gone back to when a later stage is resumed', async () => {
    const milestones = ['1A', '1B', '1C', '2A'].map((id) => aMilestone({ id, optional: id !== '1C', depends: id === '1B' ? ['1A'] : [] }))
    const world = new World({
      milestones,
      act: (request, files, clock) => {
        if (request.task === '2A' && request.step === 'implement')
          world.halt.request({ ending: 'interrupted', failure: { reason: 'interrupted' } })
        return request.task === '1A' ? finished() : write(request, files, clock)
      },
    })
    expect((await world.run()).ending).toBe('interrupted')
    expect(world.state === null ? null : retryableWork(world.state)).toEqual([])
    expect((await world.run()).ending).toBe('done')
    expect(world.state?.work['1B']?.phase).toBe('blocked')
  })
})

describe("a stage that holds a person's commits already", () => {
  it('keeps them when another task is combined with it later', async () => {
    const world: World = new World({
      milestones: [aMilestone({ id: '1A' }), aMilestone({ id: '1B', optional: true })],
      config: (config) => ({ ...config, checks: [{ command: 'test', timeoutMs: 1000 }] }),
      // Red together with the person's commit, until the stage's own session has mended it in the second life.
      check: (_, files) => !('mine.txt' in files && '1A.txt' in files) || 'mended.txt' in files,
      act: (request, files, clock) => {
        if (request.task === '1B' && lives === 1) return finished()
        if (request.task === '1A' && request.step === 'implement')
          world.git.branches.set('main', world.git.commit({ ...world.tip().tree, 'mine.txt': 'mine\n' }, [world.tip().id], 'My own'))
        if (request.task === 'stage-1' && request.step === 'remediate') {
          if (lives > 1) files['mended.txt'] = 'mended\n'
          files['tried.txt'] = `${lives} ${request.number}\n`
          return finished()
        }
        return write(request, files, clock)
      },
    })
    let lives = 1
    expect((await world.run()).ending).toBe('failed')
    lives++
    expect((await world.run(['1B', 'stage-1'])).ending).toBe('done')
    expect(world.tip().tree).toMatchObject({
      'mine.txt': 'mine\n',
      '1A.txt': '1A implement\n',
      '1B.txt': '1B implement\n',
      'mended.txt': 'mended\n',
    })
  })
})

describe('a kill between saving that an attempt begins and beginning it', () => {
  it('does not take the end of the attempt before for its end', async () => {
    const world: World = new World({
      milestones: [aMilestone({ id: '1A', checks: ['test'] })],
      check: (_, files) => files['1A.txt'] === '1A remediate 3\n',
      act: (request, files) => {
        if (request.step === 'review') return approval()
        files['1A.txt'] = `1A ${request.step} ${request.number}\n`
        return finished()
      },
    })
    world.crash = (point) => {
      const begun = world.facts.at(-1)
      if (point === 'after saving attempt-started' && begun?.type === 'attempt-started' && begun.attempt === 3) throw new Error('killed')
    }
    await expect(world.run()).rejects.toThrow('killed')
    world.crash = () => undefined
    expect((await world.run()).ending).toBe('done')
    expect(world.agent.sessions.map((s) => `${s.step} ${s.number}`)).toEqual(['implement 1', 'remediate 2', 'remediate 3', 'review 1'])
  })
})

describe('a stage that is red together with what a person committed meanwhile', () => {
  it('does not land because it was approved before, when the agent changes nothing', async () => {
    const world: World = new World({
      milestones: [aMilestone({ id: '1A' }), aMilestone({ id: '1B' })],
      config: (config) => ({ ...config, checks: [{ command: 'test', timeoutMs: 1000 }] }),
      check: (_, files) => !('mine.txt' in files && '1A.txt' in files),
      act: (request, files, clock) => {
        if (request.task === 'stage-1' && request.step === 'remediate') return finished()
        if (request.task === 'stage-1')
          world.git.branches.set('main', world.git.commit({ ...world.tip().tree, 'mine.txt': 'mine\n' }, [world.tip().id], 'My own'))
        return write(request, files, clock)
      },
    })
    expect(await world.run()).toMatchObject({ ending: 'failed', failure: { reason: 'remediation-without-change' } })
    expect(world.tip().message).toBe('My own')
  })
})

describe("a person's commits on the branch of a task", () => {
  const two = [aMilestone({ id: '1A' }), aMilestone({ id: '1B' })]
  const shared: Act = (request, files, clock) => {
    if (request.step === 'resolve') return finished()
    if (request.step === 'implement') files['shared.txt'] = `${request.task}\n`
    return write(request, files, clock)
  }

  function commitOn(world: World, branch: string, files: Readonly<Record<string, string>>, also: readonly string[] = []): string {
    const made = world.git.commit({ ...world.tip(branch).tree, ...files }, [world.tip(branch).id, ...also], 'My own')
    const place = world.worktrees.get(`/worktrees/${branch.split('/').at(-1)}`)
    world.git.branches.set(branch, made)
    Object.assign(place ?? {}, { head: made, files: { ...world.git.get(made).tree }, conflict: undefined })
    return made
  }

  it('resolve a parked conflict by hand, and a retry takes them up', async () => {
    const world = new World({ milestones: two, act: shared })
    expect(await world.run()).toMatchObject({ ending: 'needs-person', failure: { reason: 'conflict-unresolved' } })
    const sessions = world.agent.sessions.length
    const mine = commitOn(world, 'orch/r1/1B', { '1A.txt': '1A implement\n', 'shared.txt': 'both\n' }, [world.tip('orch/r1/stage-1').id])
    expect((await world.run(['1B'])).ending).toBe('done')
    expect(world.tip().tree['shared.txt']).toBe('both\n')
    expect(world.git.isAncestor(mine, world.tip().id)).toBe(true)
    expect(world.agent.sessions.slice(sessions).map((s) => `${s.task} ${s.step}`)).toEqual(['1B review', 'stage-1 review'])
  })

  it('stay when the branch is joined with what was merged before', async () => {
    const world: World = new World({
      milestones: two,
      config: (config) => ({ ...config, checks: [{ command: 'test', timeoutMs: 1000 }] }),
      check: (_, files) => {
        const isRed = '1A.txt' in files && files['1B.txt'] === '1B implement\n'
        if (isRed && mine === '') mine = commitOn(world, 'orch/r1/1B', { 'mine.txt': 'mine\n' })
        return !isRed
      },
      act: write,
    })
    let mine = ''
    expect((await world.run()).ending).toBe('done')
    expect(world.git.isAncestor(mine, world.tip().id)).toBe(true)
  })
})

describe('a session that had finished when orch was killed', () => {
  it('is not paid for twice because git failed when the run was resumed', async () => {
    const world = new World({ milestones: [aMilestone({ id: '1A' })], act: write })
    world.crash = (point) => {
      if (point === 'before saving attempt-finished') throw new Error('killed')
    }
    await expect(world.run()).rejects.toThrow('killed')
    world.crash = () => undefined
    world.failing = (deed) => deed === 'openWorkspace'
    expect(await world.run()).toMatchObject({ ending: 'failed', failure: { reason: 'git-failed' } })
    world.failing = () => false
    expect((await world.run(['1A'])).ending).toBe('done')
    expect(world.agent.sessions.map((s) => s.step)).toEqual(['implement', 'review'])
  })
})

describe('TASKS.md that a check does not like', () => {
  const isGreen = (files: Readonly<Record<string, string>>) => files['TASKS.md'] === undefined || files['stage-1.txt'] !== undefined

  it('is nobody’s fault: the whole of the stage is mended, no task is sent back', async () => {
    const world = new World({
      milestones: [aMilestone({ id: '1A' }), aMilestone({ id: '1B' })],
      act: write,
      check: (_, files) => isGreen(files),
      config: (config) => ({ ...config, checks: [{ command: 'lint', timeoutMs: 1000 }] }),
    })
    expect((await world.run()).ending).toBe('done')
    expect(world.types()).not.toContain('combination-refused')
    expect(world.agent.sessions.map((s) => `${s.task} ${s.step}`)).toContain('stage-1 remediate')
  })
})

describe('a task that was refused because it does not go with the others', () => {
  it('is no part of what is mended next in the stage as a whole', async () => {
    let lives = 1
    const world: World = new World({
      milestones: [aMilestone({ id: '1A' }), aMilestone({ id: '1B', optional: true }), aMilestone({ id: '1C' })],
      config: (config) => ({ ...config, checks: [{ command: 'test', timeoutMs: 1000 }] }),
      check: (_, files) => !('1A.txt' in files && '1B.txt' in files),
      act: (request, files, clock) => {
        const what = `${request.task} ${request.step}`
        // In the first life the optional task fails, and what is said of the stage is no review.
        if (lives === 1 && what === '1B implement') return failing('agent-crashed', 'never')
        if (lives === 1 && what === 'stage-1 review') return finished()
        if (what === '1B remediate') return finished()
        if (what === 'stage-1 review' && files['stage-1.txt'] === undefined) return refusal('not right')
        return write(request, files, clock)
      },
    })
    expect((await world.run()).ending).toBe('needs-person')
    lives++
    expect((await world.run(['1B', 'stage-1'])).ending).toBe('done')
    expect(world.types()).toContain('combination-refused')
    expect(Object.keys(world.tip().tree)).toEqual(expect.arrayContaining(['1A.txt', '1C.txt', 'stage-1.txt']))
    expect(Object.keys(world.tip().tree)).not.toContain('1B.txt')
    expect(world.state?.work['1B']?.phase).toBe('failed')
  })
})

describe('a review that changed files', () => {
  it.each(['after putBack', 'before saving review-failed'])('does not count when orch was killed %s', async (point) => {
    const world = new World({
      milestones: [aMilestone({ id: '1A' })],
      act: (request, files, clock) => {
        if (request.step === 'review' && world.agent.sessions.length === 2) files['1A.txt'] = 'as the reviewer likes it\n'
        return write(request, files, clock)
      },
    })
    world.crash = (now) => {
      if (now === point) throw new Error('killed')
    }
    await expect(world.run()).rejects.toThrow('killed')
    world.crash = () => undefined
    expect((await world.run()).ending).toBe('done')
    expect(world.facts.flatMap((f) => (f.type === 'review-failed' ? [f.failure.reason] : []))).toEqual(['review-not-readonly'])
    expect(world.agent.sessions.map((s) => s.step)).toEqual(['implement', 'review', 'review'])
    expect(world.tip().tree['1A.txt']).toBe('1A implement\n')
  })
})

describe('a review that was cut short, of a task whose milestone is edited then', () => {
  it('goes on only after what the new text asks for has been checked', async () => {
    let isPoor = true
    const task = { usd: 0.015 }
    const world: World = new World({
      milestones: [aMilestone({ id: '1A' })],
      config: (config) => ({ ...config, budget: { ...config.budget, task: { ...config.budget.task, usd: isPoor ? task.usd : null } } }),
      check: (command, files) => command !== 'check new' || files['new.txt'] !== undefined,
      act: (request, files, clock) => {
        if (request.step === 'review' && isPoor) return { kind: 'stopped', usage: paid, because: 'budget' }
        if (request.step === 'remediate') files['new.txt'] = 'new\n'
        return write(request, files, clock)
      },
    })
    expect(await world.run()).toMatchObject({ ending: 'paused', failure: { reason: 'budget-reached' } })
    isPoor = false
    world.milestones = [aMilestone({ id: '1A', hash: 'edited', checks: ['check new'] })]
    expect((await world.run(['1A'])).ending).toBe('done')
    expect(world.tip().tree).toMatchObject({ 'new.txt': 'new\n' })
    expect(world.agent.sessions.map((s) => s.step)).toEqual(['implement', 'review', 'remediate', 'review'])
  })
})

describe('a budget of sessions', () => {
  it('is not passed by tasks that start at the same moment', async () => {
    const world = new World({
      milestones: ['1A', '1B', '1C', '1D'].map((id) => aMilestone({ id })),
      config: (config) => ({ ...config, budget: { ...config.budget, run: { ...config.budget.run, sessions: 2 } } }),
      act: write,
    })
    expect(await world.run()).toMatchObject({ ending: 'paused', failure: { reason: 'budget-reached' } })
    expect(world.facts.filter((f) => f.type === 'attempt-started')).toHaveLength(2)
  })
})

describe('a warning of a budget that cannot be saved', () => {
  it('ends nothing at once, and is told when the session ends', async () => {
    const full = new StoreError({ reason: 'disk-full', path: 'facts.ndjson' })
    const world = new World({
      milestones: [aMilestone({ id: '1A' })],
      config: (config) => ({ ...config, budget: { ...config.budget, task: { ...config.budget.task, usd: 1 } } }),
      act: write,
    })
    await world.run()
    const { state, clock, halt } = world
    if (state === null) throw new Error('no run')
    const { budget } = defaultConfig
    const needs = { clock, halt, budget: { ...budget, task: { ...budget.task, usd: 1 } } }
    const meter = new Budgets({ ...needs, journal: { state, record: () => Promise.reject(full) } }).meter('1A')
    const unheard: unknown[] = []
    const note = (error: unknown): void => void unheard.push(error)
    process.on('unhandledRejection', note)
    meter.used({ ...paid, costUsd: 0.9 })
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(unheard).toEqual([])
    await expect(meter.close(paid)).rejects.toBe(full)
  })
})

describe('a task that joins late, when the whole of its stage was worked on already', () => {
  const three = [aMilestone({ id: '1A' }), aMilestone({ id: '1B', optional: true }), aMilestone({ id: '1C' })]
  /** In the first life the optional task fails. */
  const late =
    (lifeOf: () => number, whole: Act): Act =>
    (request, files, clock) => {
      if (lifeOf() === 1 && request.task === '1B') return failing('agent-crashed', 'never')
      return request.task === 'stage-1' ? whole(request, files, clock) : write(request, files, clock)
    }

  it('does not make what its review cost forgotten, nor what it had stopped for stand for ever', async () => {
    let lives = 1
    const world: World = new World({ milestones: three, act: late(() => lives, write) })
    world.failing = (deed) => deed === 'putBack' && isOfWhole(world)
    expect(await world.run()).toMatchObject({ ending: 'failed', failure: { reason: 'git-failed' } })
    lives++
    world.failing = () => false
    expect((await world.run(['1B'])).ending).toBe('done')
    const told = Object.values(world.state?.work ?? {}).reduce((sum, { usage }) => sum + usage.costUsd, 0)
    expect(told).toBeCloseTo(world.agent.sessions.length * paid.costUsd)
    expect(world.tip().tree).toMatchObject({ '1B.txt': '1B implement\n' })
  })

  const isOfWhole = (world: World): boolean => world.state?.work['stage-1']?.open?.step === 'review'

  it('is not green by what a session left uncommitted in the worktree of the stage', async () => {
    let lives = 1
    const world: World = new World({
      milestones: three,
      config: (config) => ({ ...config, checks: [{ command: 'test', timeoutMs: 1000 }] }),
      check: (_, files) => !('1A.txt' in files && '1B.txt' in files) || 'mended.txt' in files,
      act: late(
        () => lives,
        (request, files) => {
          if (request.step === 'review') return files['stage-1.txt'] === undefined && lives === 1 ? refusal('not right') : approval()
          files['mended.txt'] = 'mended\n'
          return failing('agent-crashed', 'never')
        },
      ),
    })
    expect((await world.run()).ending).toBe('failed')
    expect(world.worktrees.get('/worktrees/stage-1')?.files).toHaveProperty('mended.txt')
    lives++
    await world.run(['1B'])
    expect(world.types()).toContain('combination-refused')
    const landed = world.tip().tree
    expect('1A.txt' in landed && '1B.txt' in landed && !('mended.txt' in landed)).toBe(false)
  })
})

describe('a disk that is full when a run is resumed', () => {
  it('is no reason to make a worktree anew that nobody could look into', async () => {
    const world: World = new World({
      milestones: [aMilestone({ id: '1A' }), aMilestone({ id: '1B' })],
      act: (request, files, clock) => {
        if (request.task === 'stage-1' && request.step === 'review' && files['stage-1.txt'] === undefined) return refusal('not right')
        return write(request, files, clock)
      },
    })
    world.crash = (point) => {
      const begun = world.facts.at(-1)
      if (point === 'before moveBranch' && begun?.type === 'attempt-started' && begun.task === 'stage-1') throw new Error('killed')
    }
    await expect(world.run()).rejects.toThrow('killed')
    world.crash = () => undefined
    world.diskFull = true
    world.failing = (deed) => deed === 'snapshot'
    expect(await world.run()).toMatchObject({ ending: 'surroundings', failure: { reason: 'disk-full' } })
    world.diskFull = false
    world.failing = () => false
    expect((await world.run()).ending).toBe('done')
    expect(world.tip().tree).toMatchObject({ 'stage-1.txt': 'stage-1 remediate\n' })
    expect(world.agent.sessions.filter((s) => s.step === 'remediate')).toHaveLength(1)
  })
})

describe('what a session has used when it has ended', () => {
  it('counts against a budget before a fact tells of it', async () => {
    const world = new World({ milestones: [aMilestone({ id: '1A' })], act: write })
    await world.run()
    const { state, clock, halt } = world
    if (state === null) throw new Error('no run')
    const budget = { ...defaultConfig.budget, run: { ...defaultConfig.budget.run, usd: 1 } }
    const budgets = new Budgets({ journal: { state, record: () => Promise.resolve(state) }, clock, halt, budget })
    const meter = budgets.meter('1A')
    expect(budgets.refuses('1A')).toBeNull()
    await meter.close({ ...paid, costUsd: 1 })
    expect(budgets.refuses('1A')).toMatchObject({ scope: 'run', measure: 'usd' })
  })
})
