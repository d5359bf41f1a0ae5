import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { besiegedRig, deskOf, leftoversOf, mergedTo } from '../support/besieged.js'

/** In a first session the agent makes a repository whose settings name a program, which leaves a trace where it runs; a check has it work once more. */
const agent = `
const { chmodSync, writeFileSync } = await import('node:fs')
if (scene.task === '1A' && scene.step === 'implement') {
  const git = (...args) => execFileSync('git', args, { cwd: 'lib' })
  scene.write('lib/lib.txt', 'lib\\n')
  git('init', '--quiet')
  git('add', '.')
  git('commit', '--quiet', '-m', 'Lib')
  writeFileSync('lib/.git/program.sh', '#!/bin/sh\\necho ran >> "' + process.env.TRACE + '"\\ncat\\n')
  chmodSync('lib/.git/program.sh', 0o755)
  for (const key of ['filter.hostile.clean', 'core.fsmonitor']) git('config', key, process.cwd() + '/lib/.git/program.sh')
  writeFileSync('lib/.git/info/attributes', '* filter=hostile\\n')
  writeFileSync('lib/lib.txt', 'lib\\n')
} else scene.write(scene.task + '.txt', scene.step)`

const onlyMended = '---\nchecks: ["test -f 1A.txt"]\n---\n'

describe.skipIf(process.platform === 'win32')('a repository that an agent made in its worktree', () => {
  it('has nothing run that its settings name, is not deleted, and is told of with what to do', async () => {
    await using rig = besiegedRig(agent, onlyMended)
    const trace = join(rig.root, 'trace')
    const env = { TRACE: trace }
    const { exitCode, stderr } = await rig.orch(['run'], { env })
    expect(exitCode, stderr).toBe(0)
    expect(mergedTo(rig)).toEqual(['1A', '1B'])
    expect(rig.git('ls-tree', 'main', 'lib')).toMatch(/^160000 commit/)
    const desk = deskOf(rig, '1A')
    const advice = `the repository in lib may hold commits or edits that are nowhere else; when you need nothing of it: git worktree remove --force '${desk}'`
    expect(stderr).toContain(`1A: its worktree is kept: ${advice}`)
    expect(rig.git('-C', join(desk, 'lib'), 'log', '--format=%s')).toBe('Lib')
    const cleaned = await rig.orch(['clean', '--json'], { env })
    expect(JSON.parse(cleaned.stdout)).toMatchObject({ branches: [{ worktree: desk, removed: false, because: advice }] })
    expect(existsSync(trace)).toBe(false)
    // The advice works.
    rig.git('worktree', 'remove', '--force', desk)
    await rig.orch(['clean'], { env })
    expect(leftoversOf(rig)).toEqual([])
  })
})
