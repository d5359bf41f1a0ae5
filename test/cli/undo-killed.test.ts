import { describe, expect, it } from 'vitest'
import { killingAt, pointsIn, spread, watchedIn, watching } from '../support/kill/killing.js'
import { push, tip, withTwoStages } from '../support/two-stages.js'

/** `npm run kill-everywhere`: every point instead of a sample. */
const isEverywhere = process.env['ORCH_KILL_EVERYWHERE'] === '1'

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
