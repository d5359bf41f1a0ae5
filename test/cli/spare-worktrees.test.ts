import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { milestoneText } from '../support/milestone-text.js'
import { Rig } from '../support/rig.js'

/** Leaves what builds leave, and notes what it was met with: the worktree's entry in the repository, and whatever is not committed there. */
const untidy = `
  const { execFileSync } = await import('node:child_process')
  const { appendFileSync, mkdirSync, writeFileSync } = await import('node:fs')
  if (scene.step === 'review') return scene.review()
  const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim()
  const entry = git('rev-parse', '--git-dir').split('/').pop()
  const left = git('status', '--porcelain', '--ignored')
  appendFileSync(process.env.SEEN, [scene.task, entry, left].join('|') + '\\n')
  if (scene.task === process.env.KILL_IN) { process.kill(process.ppid, 'SIGKILL'); return scene.done() }
  mkdirSync('dist', { recursive: true })
  writeFileSync('dist/' + scene.task + '.js', 'built')
  scene.write(scene.task + '.txt', scene.task)
  scene.done()
`

/** Large enough that its worktrees are worth keeping. */
function largeRig(ids: readonly string[], concurrency: number): Rig {
  const files = Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`lib/${n % 10}/${n}.txt`, `file ${n}\n`]))
  const milestones = Object.fromEntries(ids.map((id) => [id, milestoneText(id)]))
  const rig = Rig.create({ files: { ...files, '.gitignore': 'dist\n' }, milestones })
  rig.configure({
    agent: { command: rig.puppet(untidy), env: { SEEN: join(rig.root, 'seen') } },
    execution: { concurrency },
    review: { scope: ['task'] },
  })
  rig.commit()
  return rig
}

const seenBy = (rig: Rig) =>
  readFileSync(join(rig.root, 'seen'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const [task = '', entry = '', left = ''] = line.split('|')
      return { task, entry, left }
    })

/** Folders below `.orch/worktrees/`, and what git lists beside the checkout. */
function worktreesOf(rig: Rig): string[] {
  const folder = join(rig.repo, '.orch', 'worktrees')
  const names = existsSync(folder) ? readdirSync(folder).flatMap((run) => readdirSync(join(folder, run))) : []
  const entries = join(rig.repo, '.git', 'worktrees')
  expect(existsSync(entries) ? readdirSync(entries) : []).toHaveLength(names.length)
  return names.sort()
}

describe.skipIf(process.platform === 'win32')('worktrees of a large repository', () => {
  it('are handed on from stage to stage, each without a trace of the one before, and none is left', async () => {
    await using rig = largeRig(['1A', '1B', '2A', '2B'], 2)
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    const seen = seenBy(rig)
    expect(seen.map(({ left }) => left)).toEqual(['', '', '', ''])
    const entriesOf = (stage: string) => seen.filter(({ task }) => task.startsWith(stage)).map(({ entry }) => entry)
    expect(entriesOf('2').sort()).toEqual(entriesOf('1').sort())
    for (const id of ['1A', '1B', '2A', '2B']) expect(rig.read(`${id}.txt`)).toBe(id)
    expect(worktreesOf(rig)).toEqual([])
  })

  it('are prepared for a task that waits for a slot', async () => {
    await using rig = largeRig(['1A', '1B'], 1)
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    const [first, second] = seenBy(rig)
    expect(first).toMatchObject({ task: '1A', entry: '1A', left: '' })
    expect(second).toMatchObject({ task: '1B', entry: 'spare-1', left: '' })
    expect(worktreesOf(rig)).toEqual([])
  })

  it('that a killed run kept are not used by the one that goes on, since nobody saw them meanwhile, and none is left', async () => {
    await using rig = largeRig(['1A', '1B', '2A', '2B'], 1)
    expect((await rig.orch(['run'], { env: { KILL_IN: '2A' } })).exitCode).not.toBe(0)
    expect(worktreesOf(rig).filter((name) => name.startsWith('spare-'))).not.toEqual([])
    expect(await rig.orch(['resume'])).toMatchObject({ exitCode: 0 })
    const last = seenBy(rig).at(-1)
    expect(last).toMatchObject({ task: '2B', left: '' })
    expect(last?.entry).toBe('2B')
    expect(worktreesOf(rig)).toEqual([])
  })

  it('that a killed run kept go with an undo of it; orch clean removes what it left half made', async () => {
    await using rig = largeRig(['1A', '1B', '2A', '2B'], 1)
    expect((await rig.orch(['run'], { env: { KILL_IN: '2A' } })).exitCode).not.toBe(0)
    expect(await rig.orch(['undo', '--yes'])).toMatchObject({ exitCode: 0 })
    expect(worktreesOf(rig)).toEqual(['2A'])
    const [run = ''] = readdirSync(join(rig.repo, '.orch', 'worktrees'))
    rig.git('worktree', 'add', '--quiet', '--detach', '--lock', '--reason', 'initializing', `.orch/worktrees/${run}/spare-7`)
    const { stdout } = await rig.orch(['clean'])
    expect(stdout).toMatch(/removed the worktree \S+spare-7, which held nothing of its own\n/)
    expect(worktreesOf(rig)).not.toContain('spare-7')
  })
})
