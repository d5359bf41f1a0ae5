import { execFileSync } from 'node:child_process'
import { rmSync, statfsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { Rig } from '../support/rig.js'

const milestone = (id: string) => `# Milestone ${id} - Work\n## Tasks\n1. Do it\n`

/** A real file system that is as small as a test wants it: needs the right to mount. */
function smallDisk(folder: string, mebibytes: number): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', folder], { stdio: 'pipe' })
    return true
  } catch {
    return false
  }
}

/** Takes all space but the given bytes. */
function fill(folder: string, leaving: number): () => void {
  const ballast = path.join(folder, 'ballast')
  const { bavail, bsize } = statfsSync(folder)
  writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leaving)))
  return () => {
    rmSync(ballast)
  }
}

describe('a full disk', () => {
  it.each([0, 160, 1100, 1500, 2200])('with %i KiB left pauses the run with what to do, and loses nothing', async (kibibytes) => {
    await using rig = Rig.create({ milestones: { '1A': milestone('1A'), '1B': milestone('1B'), '2A': milestone('2A') } })
    rig.configure({
      agent: {
        command: rig.puppet(`
          if (scene.step === 'review') return scene.review()
          scene.write(scene.task + '.bin', (await import('node:crypto')).randomBytes(400_000).toString('hex'))
          scene.done()
        `),
      },
    })
    rig.commit()
    const orchFolder = path.join(rig.repo, '.orch')
    execFileSync('mkdir', [orchFolder])
    if (!smallDisk(orchFolder, 16)) return
    try {
      const free = fill(orchFolder, kibibytes * 1024)
      const tip = rig.git('rev-parse', 'main')
      const full = await rig.orch(['run', '--json'])
      expect(full.exitCode, full.stdout + full.stderr).toBe(5)
      expect(full.stderr + full.stdout).toMatch(/no space left|disk-full/i)
      const reached = rig.git('rev-parse', 'main')
      free()
      const again = await rig.orch(['run'])
      expect(again.exitCode, again.stderr).toBe(0)
      expect(
        rig.git('log', '--merges', '--format=%(trailers:key=Orch-Task,valueonly,separator=%x2C)').split('\n').filter(Boolean).sort(),
      ).toEqual(['1A', '1B', '2A'])
      expect(rig.git('merge-base', '--is-ancestor', tip, reached)).toBe('')
      expect(rig.processes()).toEqual([])
    } finally {
      execFileSync('umount', ['--lazy', orchFolder])
    }
  })
})
