import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { killingAt, pointsIn, spread, watchedIn, watching } from '../support/kill/killing.js'
import type { Rig } from '../support/rig.js'
import { push, tip, withTwoStages } from '../support/two-stages.js'

/** `npm run kill-everywhere`: every point instead of a sample. */
const isEverywhere = process.env['ORCH_KILL_EVERYWHERE'] === '1'

describe('orch undo that is cut off in its checks', () => {
  /** A check that hangs on what an undo leaves, and on nothing else. */
  const hanging = ['test -f 2A.txt || test ! -f hang || { touch "$HOME/hangs"; sleep 300; }']
  const hangingUndo = async (rig: Rig) => {
    const undoing = rig.start(['undo'])
    await expect.poll(() => existsSync(join(rig.root, 'home', 'hangs')), { timeout: 30_000 }).toBe(true)
    return undoing
  }

  it('by a signal: moves nothing, leaves nothing running, and the exit status tells the signal', async () => {
    await using rig = await withTwoStages(hanging)
    rig.write({ hang: '' })
    const before = rig.commit('Hangs without 2A')
    const undoing = await hangingUndo(rig)
    undoing.kill('SIGTERM')
    expect(await undoing.ended).toMatchObject({ exitCode: 143 })
    expect([tip(rig), rig.processes()]).toEqual([before, []])
  })

  it('by SIGKILL: what it left running is shown, and ended by the next one', async () => {
    await using rig = await withTwoStages(hanging)
    rig.write({ hang: '' })
    rig.commit('Hangs without 2A')
    const undoing = await hangingUndo(rig)
    undoing.kill('SIGKILL')
    await undoing.ended
    expect((await rig.orch(['ps'])).stdout).toContain('sleep 300')
    rig.git('rm', '--quiet', 'hang')
    rig.commit('Hangs no more')
    expect(await rig.orch(['undo'])).toMatchObject({ exitCode: 0 })
    expect(rig.processes()).toEqual([])
  })
})

describe('orch undo that is killed', () => {
  it.each([
    ['going back', false],
    ['a revert', true],
  ])(
    '%s: at any moment, the next command finishes it or finds nothing done, and nothing is lost or merged twice',
    async (_, isPushed) => {
      await using watched = await withTwoStages()
      if (isPushed) push(watched)
      expect(await watched.orch(['undo'], { env: watching(watched) })).toMatchObject({ exitCode: 0 })
      const points = spread(pointsIn(watchedIn(watched)), isEverywhere ? 1000 : 4)
      await using rig = await withTwoStages()
      rig.write({ 'README.md': '# Rig\nMy own edit\n' })
      if (isPushed) push(rig)
      for (const point of points) {
        const before = tip(rig)
        await rig.orch(['undo'], { env: killingAt(rig, point) })
        expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
        const what = JSON.stringify(point)
        expect(rig.read('shared.txt'), what).toBe('1A\n2A\n')
        expect(rig.git('status', '--porcelain'), what).toBe('M README.md')
        expect(rig.has('.orch/undo.json'), what).toBe(false)
        expect(rig.git('for-each-ref', '--contains', before, '--format=%(refname)'), what).not.toBe('')
        rig.git('fsck', '--connectivity-only')
        if (isPushed) rig.git('push', '--quiet', 'origin', 'main')
      }
    },
    isEverywhere ? 3_600_000 : undefined,
  )
})
