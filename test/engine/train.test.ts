import { describe, expect, it } from 'vitest'
import type { Config } from '../../src/core/config.js'
import { describeFailure } from '../../src/core/failure-words.js'
import { acting, phases, write } from '../support/simulation/acts.js'
import { type Act, finished } from '../support/simulation/scripted-agent.js'
import { VirtualClock } from '../support/simulation/virtual-clock.js'
import { World } from '../support/simulation/world.js'
import { aMilestone } from '../support/work.js'

const suite = 'npm test'
const withSuite = (config: Config): Config => ({ ...config, checks: [{ command: suite, timeoutMs: 1000 }] })
const whole = '/worktrees/stage-1'

type Files = Readonly<Record<string, string>>

/** `A` … `Z`, `AA` … in plan order. */
const letters = (n: number): string => (n < 26 ? '' : letters(Math.floor(n / 26) - 1)) + String.fromCharCode(65 + (n % 26))
const ids = (count: number): string[] => Array.from({ length: count }, (_, i) => `1${letters(i)}`)

describe('a flaky check', () => {
  /** Fails every first time on the same files, in folders that match. */
  const flakyIn = (folder: RegExp) => {
    const seen = new Set<string>()
    return (_: string, files: Files, cwd: string) => {
      const key = cwd + Object.entries(files).sort().join()
      const isFirst = !seen.has(key)
      seen.add(key)
      return !folder.test(cwd) || !isFirst
    }
  }

  it.each([
    ['of a task', /1A$/, '1A'],
    ['of a combination', /stage-1$/, 'stage-1'],
  ])('%s is run once more, counts as green, and is told', async (_, folder, task) => {
    const world = new World({ milestones: [aMilestone({ id: '1A' })], config: withSuite, check: flakyIn(folder), act: acting() })
    expect((await world.run()).ending).toBe('done')
    const told = world.facts.flatMap((f) => (f.type === 'check-flaky' ? [[f.task, f.command]] : []))
    expect(new Set(told.map((t) => t.join()))).toEqual(new Set([`${task},${suite}`]))
    expect(world.state?.work[task]?.flaky).toEqual(expect.arrayContaining([expect.objectContaining({ command: suite })]))
    expect(world.agent.sessions.map((s) => s.step)).toEqual(['implement', 'review'])
  })

  it('that fails twice is red', async () => {
    let runs = 0
    const check = (_: string, files: Files, cwd: string) => cwd.endsWith('1A') && ++runs > 0 && files['1A.txt'] !== '1A implement\n'
    const world = new World({
      milestones: [aMilestone({ id: '1A', checks: ['own'] })],
      check: (...c) => c[2] === whole || check(...c),
      act: acting(),
    })
    expect((await world.run()).ending).toBe('done')
    expect(world.types()).not.toContain('check-flaky')
    expect(world.agent.sessions.map((s) => s.step)).toEqual(['implement', 'remediate', 'review'])
    expect(runs).toBe(3)
  })

  it('that only passes because its first run changed files is red', async () => {
    const mending = (_: string, __: Files, cwd: string) => {
      const place = world.worktrees.get(cwd)
      if (place === undefined || place.files['1A.txt'] !== '1A implement\n') return true
      place.files['1A.txt'] = 'mended by the check\n'
      return false
    }
    const world: World = new World({ milestones: [aMilestone({ id: '1A' })], config: withSuite, check: mending, act: acting() })
    expect((await world.run()).ending).toBe('done')
    expect(world.types()).not.toContain('check-flaky')
    expect(world.tip().tree['1A.txt']).toBe('1A remediate\n')
  })
})

describe('a combination that several tasks make red', () => {
  /** Those are red with whatever is not theirs, until they are remediated. */
  const breaking = (culprits: readonly string[]) => (files: Files) => {
    const others = Object.keys(files).filter((f) => /^1[A-Z]+\.txt$/.test(f)).length > 1
    return !others || !culprits.some((id) => files[`${id}.txt`] === `${id} implement\n`)
  }

  it('names three of a hundred, merges the other 97 at once, and mends the three on top of them', async () => {
    const culprits = ['1H', '1AP', '1CC']
    const isGreen = breaking(culprits)
    let runs = 0
    const world: World = new World({
      milestones: ids(100).map((id) => aMilestone({ id })),
      config: (config) => ({ ...withSuite(config), review: { ...config.review, enabled: false } }),
      check: (_, files, cwd) => {
        const isRefused = world.types().includes('combination-refused')
        if (cwd === whole && !isRefused) runs++
        return isGreen(files)
      },
      act: acting(),
      concurrency: 16,
    })
    expect((await world.run()).ending).toBe('done')
    const refused = world.facts.flatMap((f) => (f.type === 'combination-refused' ? [f.task] : []))
    expect(refused).toEqual(culprits)
    const first = world.facts.findIndex((f) => f.type === 'combination-refused')
    const merged = world.facts.slice(0, first).flatMap((f) => (f.type === 'tasks-combined' ? f.merges.map((m) => m.task) : []))
    expect(merged).toHaveLength(97)
    // Each culprit: the whole that is left, red and run twice, then log2(100) halves, of which a red one is run twice; at the end the green rest.
    const halvings = Math.ceil(Math.log2(101))
    expect(runs).toBeLessThanOrEqual(culprits.length * (2 + 2 * halvings) + 1)
    const joined = world.facts.flatMap((f) => (f.type === 'base-joined' ? [f.task] : []))
    expect(joined).toEqual(expect.arrayContaining(culprits))
    expect(world.tip().tree).toMatchObject({ '1H.txt': '1H remediate\n', '1AP.txt': '1AP remediate\n', '1I.txt': '1I implement\n' })
  })

  it('blames the later one of two that are red only together', async () => {
    const isGreen = (files: Files) => !('1B.txt' in files && files['1D.txt'] === '1D implement\n')
    const world = new World({
      milestones: ids(5).map((id) => aMilestone({ id })),
      config: withSuite,
      check: (_, files) => isGreen(files),
      act: acting(),
    })
    expect((await world.run()).ending).toBe('done')
    expect(world.facts.flatMap((f) => (f.type === 'combination-refused' ? [f.task] : []))).toEqual(['1D'])
  })

  it('takes in at once what conflicted with a culprit alone', async () => {
    const shared: Act = (request, files) => {
      files['shared.txt'] = `${request.task}\n`
      return write(request, files, world.clock)
    }
    const world: World = new World({
      milestones: ids(3).map((id) => aMilestone({ id })),
      config: withSuite,
      check: (_, files) => !('1A.txt' in files && files['1B.txt'] === '1B implement\n'),
      act: acting({
        '1B implement': shared,
        '1C implement': shared,
        resolve: (_, files) => {
          files['shared.txt'] = 'both\n'
          return finished()
        },
      }),
    })
    expect((await world.run()).ending).toBe('done')
    expect(world.facts.flatMap((f) => (f.type === 'merge-conflicted' ? [f.task] : []))).toEqual(['1B'])
  })

  it('runs no checks again on files on which they passed already', async () => {
    const seen: string[] = []
    const world = new World({
      milestones: [aMilestone({ id: '1A' }), aMilestone({ id: '1B', depends: ['1A'] })],
      config: withSuite,
      check: (_, files, cwd) => {
        if (cwd === whole && '1A.txt' in files) seen.push(Object.keys(files).join())
        return true
      },
      act: acting(),
    })
    expect((await world.run()).ending).toBe('done')
    // What 1B starts from is what 1A was checked as; the whole is checked as it lands.
    expect(seen.filter((files) => !files.includes('1B.txt'))).toEqual([])
    expect(seen).toHaveLength(1)
    expect(phases(world)).toMatchObject({ '1A': 'merged', '1B': 'merged' })
  })
})

describe('git.merge.order: finished', () => {
  const finishedOrder = (config: Config): Config => ({ ...withSuite(config), git: { ...config.git, mergeOrder: 'finished' } })

  /** 1A needs an hour, the others are quick. */
  const slowFirst: Act = async (request, files, clock) => {
    if (request.task === '1A' && request.step === 'implement') await clock.sleepUntil(clock.now() + 3_600_000, new AbortController().signal)
    return acting()(request, files, clock)
  }

  const aWorld = (more: Partial<ConstructorParameters<typeof World>[0]> = {}): World =>
    new World({ milestones: ids(4).map((id) => aMilestone({ id })), config: finishedOrder, act: slowFirst, ...more })

  const combinedBefore = (world: World, task: string): string[] => {
    const end = world.facts.findIndex((f) => f.type === 'attempt-finished' && f.task === task)
    return world.facts.slice(0, end).flatMap((f) => (f.type === 'tasks-combined' ? f.merges.map((m) => m.task) : []))
  }

  it('combines what is approved while others still work, and lands once', async () => {
    const world = aWorld()
    expect((await world.run()).ending).toBe('done')
    expect(combinedBefore(world, '1A').sort()).toEqual(['1B', '1C', '1D'])
    expect(world.types().filter((type) => type === 'stage-landed')).toHaveLength(1)
    expect(Object.values(phases(world))).toEqual(expect.not.arrayContaining(['combined']))
  })

  it('waits for the end of the stage where the order is that of the plan', async () => {
    const world = aWorld({ config: withSuite })
    expect((await world.run()).ending).toBe('done')
    expect(combinedBefore(world, '1A')).toEqual([])
  })

  it('sends a culprit back at once, and mends it while others still work', async () => {
    const isGreen = (files: Files) => !('1B.txt' in files && files['1C.txt'] === '1C implement\n')
    const world = aWorld({ check: (_, files) => isGreen(files) })
    expect((await world.run()).ending).toBe('done')
    expect(combinedBefore(world, '1A').sort()).toEqual(['1B', '1C', '1D'])
    expect(world.tip().tree['1C.txt']).toBe('1C remediate\n')
  })

  it('ends as if nothing had happened when it is killed anywhere', async () => {
    for (let n = 0; ; n++) {
      const world = aWorld({ milestones: ids(3).map((id) => aMilestone({ id })) })
      let [count, isKilled] = [0, false]
      world.crash = (point) => {
        if (isKilled || count++ !== n) return
        isKilled = true
        throw new Error(`killed ${point}`)
      }
      if ((await world.run().catch(() => null)) === null) expect((await world.run()).ending).toBe('done')
      expect(Object.keys(world.tip().tree)).toEqual(expect.arrayContaining(['1A.txt', '1B.txt', '1C.txt']))
      const merges = [...world.git.history(world.tip().id)].filter((id) => /Orch-Milestone/.test(world.git.get(id).message))
      expect(merges).toHaveLength(3)
      if (!isKilled) return
    }
  })
})

describe('the resolution of a conflict by an agent', () => {
  const testOf = (id: string) => `it('${id}')\n`

  /** Both write the same test file, each its own test. */
  const conflicting: Act = (request, files) => {
    files['test/a.test.ts'] = testOf(request.task)
    return write(request, files, new VirtualClock())
  }

  const resolving = (...acts: readonly Act[]): World => {
    let times = 0
    const resolve: Act = (...given) => (acts[Math.min(times++, acts.length - 1)] ?? (() => finished()))(...given)
    const act = acting({ '1A implement': conflicting, '1B implement': conflicting, resolve })
    return new World({ milestones: ids(2).map((id) => aMilestone({ id })), act, concurrency: 1 })
  }

  const keepBoth: Act = (_, files) => {
    files['test/a.test.ts'] = testOf('1A') + testOf('1B')
    return finished()
  }
  const dropOne: Act = (_, files) => {
    files['test/a.test.ts'] = testOf('1B')
    return finished()
  }
  const touchMore =
    (said: string): Act =>
    (_, files) => {
      files['README.md'] = 'changed too\n'
      files['test/a.test.ts'] = testOf('1A') + testOf('1B')
      return { ...finished(), text: said }
    }

  const told = (world: World) => world.agent.sessions.filter((s) => s.step === 'resolve').map((s) => [s.resumes, s.prompt])

  it('that drops a test which the other side added is refused once, with what is missing, and taken when it is put back', async () => {
    const world = resolving(dropOne, keepBoth)
    expect((await world.run()).ending).toBe('done')
    expect(told(world)).toEqual([
      [false, 'resolve 1B: test/a.test.ts'],
      [true, "resolve 1B: test/a.test.ts refused it('1A')"],
    ])
    expect(world.tip().tree['test/a.test.ts']).toBe(testOf('1A') + testOf('1B'))
  })

  it('that changes other files needs a reason for each', async () => {
    const world = resolving(touchMore('Done.'), touchMore('REASON README.md: it named the old test'))
    expect((await world.run()).ending).toBe('done')
    expect(told(world)).toHaveLength(2)
    expect(world.tip().tree['README.md']).toBe('changed too\n')
  })

  it('that is refused twice is parked, with a clean worktree and the commands to take over', async () => {
    const world = resolving(dropOne)
    const { ending, failure } = await world.run()
    expect(ending).toBe('needs-person')
    expect(told(world)).toHaveLength(2)
    expect(failure).toMatchObject({ reason: 'resolution-refused', lostTests: ["it('1A')"], takeOver: { stageBranch: 'orch/r1/stage-1' } })
    expect(failure === null ? null : describeFailure(failure, '1B').commands).toEqual([
      'git -C /worktrees/1B merge orch/r1/stage-1',
      'git -C /worktrees/1B commit --all --no-edit',
      'orch retry 1B',
    ])
    expect(world.worktrees.get('/worktrees/1B')?.files).toEqual(world.tip('orch/r1/1B').tree)
    expect([...world.git.kept].some((id) => world.git.get(id).tree['test/a.test.ts'] === testOf('1B'))).toBe(true)
  })
})
