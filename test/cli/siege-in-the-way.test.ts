import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { besiegedRig, edit, editsOf, leftoversOf, mergedTo } from '../support/besieged.js'
import type { Rig } from '../support/rig.js'

interface Obstacle {
  readonly name: string
  /** Before the run. */
  readonly prepare?: (rig: Rig) => void
  /** Whether the person's edits are older; absent: there are none. */
  readonly editedBefore?: boolean
  /** What the first agent does to the person's checkout, in the middle of the run: a body with `repo` in scope. */
  readonly meanwhile?: string
  readonly exitCode: number
  /** What it says, on either stream. */
  readonly says: RegExp
  /** What the person then does, as the message says. */
  readonly mend: (rig: Rig) => void
  /** What they type after that; resume when absent. */
  readonly again?: string
}

const git = (line: string): string => `execFileSync('git', ${JSON.stringify(line.split(' '))}, { cwd: repo })`

const diverge = (rig: Rig): void => {
  rig.git('checkout', '--quiet', '-b', 'other')
  rig.write({ 'shared.txt': 'other\n' })
  rig.git('commit', '--quiet', '-am', 'Other')
  rig.git('checkout', '--quiet', 'main')
  rig.write({ 'shared.txt': 'mine\n' })
  rig.git('commit', '--quiet', '-am', 'Mine')
}

const failing = (rig: Rig, ...args: readonly string[]): void => {
  expect(() => rig.git(...args)).toThrow()
}

const obstacles: readonly Obstacle[] = [
  {
    name: 'an index.lock that a dead git left in their checkout',
    editedBefore: true,
    prepare: (rig) => writeFileSync(join(rig.repo, '.git', 'index.lock'), ''),
    exitCode: 4,
    says: /index\.lock/,
    mend: (rig) => rmSync(join(rig.repo, '.git', 'index.lock')),
  },
  {
    name: 'a rebase that stopped at a conflict',
    editedBefore: false,
    prepare: (rig) => {
      diverge(rig)
      failing(rig, 'rebase', 'other')
    },
    exitCode: 5,
    says: /HEAD is detached[\s\S]*rebase[\s\S]*git\.baseBranch/,
    mend: (rig) => rig.git('rebase', '--abort'),
    again: 'run',
  },
  {
    name: 'a merge that stopped at a conflict',
    editedBefore: false,
    prepare: (rig) => {
      diverge(rig)
      failing(rig, 'merge', 'other')
    },
    exitCode: 4,
    says: /a merge is under way[\s\S]*Finish it or give it up[\s\S]*orch resume/,
    mend: (rig) => rig.git('merge', '--abort'),
  },
  {
    name: 'a rebase that they began in the middle of the run',
    prepare: diverge,
    meanwhile: `try { ${git('rebase other')} } catch {}`,
    exitCode: 4,
    says: /a rebase of main is under way[\s\S]*orch resume/,
    mend: (rig) => rig.git('rebase', '--abort'),
  },
  {
    name: 'a bisect that they began in the middle of the run',
    prepare: (rig) => rig.commit('More'),
    meanwhile: git('bisect start HEAD HEAD~1'),
    exitCode: 4,
    says: /a bisect is under way[\s\S]*Finish it or give it up[\s\S]*orch resume/,
    mend: (rig) => rig.git('bisect', 'reset'),
  },
  {
    name: 'an edit of a file that the run changed too',
    editedBefore: true,
    meanwhile: `writeFileSync(repo + '/1A.txt', 'my own\\n')`,
    exitCode: 4,
    says: /1A\.txt[\s\S]*orch resume/,
    mend: (rig) => rmSync(join(rig.repo, '1A.txt')),
  },
  {
    name: 'the branch checked out in another worktree, with an edit in the way',
    editedBefore: false,
    prepare: (rig) => {
      rig.git('checkout', '--quiet', '-b', 'elsewhere')
      rig.git('worktree', 'add', '--quiet', join(rig.root, 'twin'), 'main')
      rig.configure({ ...JSON.parse(rig.read('.orchestratorrc.json')), git: { baseBranch: 'main' } })
      rig.commit('Configure again')
      writeFileSync(join(rig.root, 'twin', '1A.txt'), 'my own\n')
    },
    exitCode: 4,
    says: /twin[\s\S]*1A\.txt[\s\S]*orch resume/,
    mend: (rig) => rmSync(join(rig.root, 'twin', '1A.txt')),
  },
  {
    name: 'their branch deleted in the middle of the run',
    prepare: (rig) => rig.git('branch', 'spare'),
    meanwhile: `${git('checkout --quiet spare')}; ${git('branch -D main')}`,
    exitCode: 4,
    says: /the branch main does not exist[\s\S]*git branch/,
    mend: (rig) => rig.git('branch', 'main', 'spare'),
  },
  {
    name: 'a filter for large files that is required, and whose program is missing',
    editedBefore: true,
    prepare: (rig) => {
      rig.write({ '.gitattributes': '*.bin filter=lfs diff=lfs merge=lfs -text\n', 'big.bin': 'pointer\n' })
      rig.commit('Pointers')
      rig.git('config', 'filter.lfs.smudge', 'no-such-lfs smudge')
      rig.git('config', 'filter.lfs.clean', 'no-such-lfs clean')
      rig.git('config', 'filter.lfs.required', 'true')
    },
    exitCode: 5,
    says: /not found: no-such-lfs[\s\S]*orch resume/,
    mend: (rig) => {
      rig.git('config', 'filter.lfs.smudge', 'cat')
      rig.git('config', 'filter.lfs.clean', 'cat')
    },
  },
]

describe('what is in the way', () => {
  it.each(obstacles.map((one) => [one.name, one] as const))(
    '%s: orch says so, loses nothing, and goes on once it is gone',
    async (_name, obstacle) => {
      const meanwhile = obstacle.meanwhile ?? ''
      await using rig = besiegedRig(
        `const { writeFileSync } = await import('node:fs')
const repo = process.cwd().replace(/\\/\\.orch\\/.*/, '')
if (scene.task === '1A' && !scene.resumed) { ${meanwhile} }
scene.write(scene.task + '.txt', scene.task + '\\n')`,
      )
      if (obstacle.editedBefore === true) edit(rig)
      obstacle.prepare?.(rig)
      if (obstacle.editedBefore === false) edit(rig)
      const before = editsOf(rig)
      const ended = await rig.orch(['run'])
      expect(ended.exitCode, ended.stderr + ended.stdout).toBe(obstacle.exitCode)
      expect(ended.stderr + ended.stdout).toMatch(obstacle.says)
      expect(editsOf(rig)).toEqual(before)
      expect(rig.git('for-each-ref', '--format=%(refname)', 'refs/heads/main') === '' ? [] : mergedTo(rig)).toEqual([])
      obstacle.mend(rig)
      // What the person's own git did to their edits while mending is theirs.
      const mended = editsOf(rig)
      const again = await rig.orch([obstacle.again ?? 'resume'])
      expect(again.exitCode, again.stderr).toBe(0)
      expect(rig.facts().filter((fact) => fact.type === 'task-failed')).toEqual([])
      expect(mergedTo(rig)).toEqual(['1A', '1B'])
      expect(editsOf(rig)).toEqual(mended)
      expect(leftoversOf(rig)).toEqual([])
    },
  )
})
