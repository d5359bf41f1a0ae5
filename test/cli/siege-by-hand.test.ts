import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { besiegedRig, deskOf, edit, editsOf, leftoversOf, mergedTo, textAt } from '../support/besieged.js'
import type { Rig } from '../support/rig.js'

const branchOf = (rig: Rig, task: string): string => `orch/${rig.facts()[0]?.run ?? ''}/${task}`

const entryOf = (rig: Rig, task: string, ...names: readonly string[]): string => join(rig.repo, '.git', 'worktrees', task, ...names)

interface Meddling {
  readonly what: string
  readonly meddle: (rig: Rig) => void
  readonly expected?: (rig: Rig) => void
}

const meddlings: readonly Meddling[] = [
  { what: "a task's worktree was deleted", meddle: (rig) => rmSync(deskOf(rig, '1A'), { recursive: true }) },
  {
    what: 'all worktrees were deleted, and git has pruned them',
    meddle: (rig) => {
      rmSync(join(deskOf(rig, '1A'), '..'), { recursive: true })
      rig.git('worktree', 'prune')
    },
  },
  {
    what: "a task's worktree is half made",
    meddle: (rig) => {
      rmSync(join(deskOf(rig, '1A'), '1A.txt'))
      rmSync(entryOf(rig, '1A', 'index'))
      writeFileSync(entryOf(rig, '1A', 'locked'), 'initializing')
    },
  },
  {
    what: "a task's worktree is an empty folder",
    meddle: (rig) => {
      rmSync(deskOf(rig, '1A'), { recursive: true })
      mkdirSync(deskOf(rig, '1A'))
      rig.git('worktree', 'prune')
    },
  },
  {
    what: "a dead git left its locks in a task's worktree and on its branch",
    meddle: (rig) => {
      writeFileSync(entryOf(rig, '1A', 'index.lock'), '')
      writeFileSync(join(rig.repo, '.git', 'refs', 'heads', `${branchOf(rig, '1A')}.lock`), '')
    },
  },
  { what: "a task's index is garbled", meddle: (rig) => writeFileSync(entryOf(rig, '1A', 'index'), 'garbled') },
  {
    what: "a task's branch was deleted",
    meddle: (rig) => rig.git('update-ref', '-d', `refs/heads/${branchOf(rig, '1A')}`),
  },
  {
    what: "a task's worktree and its branch were deleted",
    meddle: (rig) => {
      rig.git('worktree', 'remove', '--force', deskOf(rig, '1A'))
      rig.git('branch', '--quiet', '-D', branchOf(rig, '1A'))
    },
  },
  {
    what: 'the person committed on a task’s branch',
    meddle: (rig) => {
      writeFileSync(join(deskOf(rig, '1A'), 'by-hand.txt'), 'mine\n')
      rig.git('-C', deskOf(rig, '1A'), 'add', '.')
      rig.git('-C', deskOf(rig, '1A'), 'commit', '--quiet', '-m', 'By hand')
    },
    expected: (rig) => {
      expect(rig.read('by-hand.txt')).toBe('mine\n')
      expect(rig.facts().some((fact) => fact.type === 'git-believed')).toBe(true)
    },
  },
  {
    what: 'the integration branch was deleted',
    meddle: (rig) => rig.git('branch', '--quiet', '-D', branchOf(rig, 'stage-1')),
  },
  { what: "orch's own git folder was deleted", meddle: (rig) => rmSync(join(rig.repo, '.orch', 'git'), { recursive: true }) },
  {
    what: 'the saved checkpoint was deleted',
    meddle: (rig) => rmSync(join(rig.repo, '.orch', 'runs', rig.facts()[0]?.run ?? '', 'checkpoint.json')),
  },
]

describe('while a run was paused', () => {
  it.each(meddlings.map((one) => [one.what, one] as const))('%s: it goes on, and nothing is lost', async (_what, { meddle, expected }) => {
    await using rig = besiegedRig(undefined, '---\napproval: required\n---\n')
    edit(rig)
    const before = editsOf(rig)
    const paused = await rig.orch(['run'])
    expect(paused.exitCode, paused.stderr).toBe(4)
    const work = rig.git('rev-parse', branchOf(rig, '1A'))
    meddle(rig)
    expect(await rig.orch(['approve', '1A'])).toMatchObject({ exitCode: 0 })
    const ended = await rig.orch(['resume'])
    expect(ended.exitCode, ended.stderr + ended.stdout).toBe(0)
    expect(mergedTo(rig)).toEqual(['1A', '1B'])
    expect(textAt(join(rig.repo, '1A.txt'))).toBe('1A\n')
    expect(rig.git('merge-base', '--is-ancestor', work, 'main')).toBe('')
    expect(editsOf(rig)).toEqual(before)
    expect(leftoversOf(rig)).toEqual([])
    expect(rig.facts().filter((fact) => fact.type === 'attempt-started')).toHaveLength(2)
    expected?.(rig)
  })
})
