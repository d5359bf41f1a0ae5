import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Rig } from './rig.js'

export const milestone = (id: string, front = ''): string => `${front}# Milestone ${id} - Work ${id}\n## Tasks\n1. Do ${id}\n`

/** What a person has not committed: changed, staged, new, and a setting that git ignores. */
const edits = { 'mine.txt': 'edited\r\n', 'staged.txt': 'staged\n', 'new ü.txt': 'new\n', 'ignored.log': 'secret\n' }

/** Work of which nobody needs to know more: a file for each task. */
const diligent = `scene.write(scene.task + '.txt', scene.task + '\\n')`

/** Two tasks at a time, the first one's milestone with `front` before it, without reviews, in a repository where a person has edits of every kind. */
export function besiegedRig(agent: string = diligent, front = ''): Rig {
  const rig = Rig.create({
    files: { 'shared.txt': 'base\n', 'mine.txt': 'before\n', 'staged.txt': 'before\n', '.gitignore': '*.log\n' },
    milestones: { '1A': milestone('1A', front), '1B': milestone('1B') },
  })
  const command = rig.puppet(
    `const { appendFileSync } = await import('node:fs')\nconst { execFileSync } = await import('node:child_process')\n${agent}\nscene.done()`,
  )
  rig.configure({ agent: { command }, review: { enabled: false } })
  rig.commit('Configure')
  return rig
}

/** Has the person edit; once the plight itself has been committed. */
export function edit(rig: Rig): void {
  rig.write(edits)
  rig.git('add', 'staged.txt')
}

/** The person's edits as they are now. */
export const editsOf = (rig: Rig) => ({
  files: Object.keys(edits).map((path) => (rig.has(path) ? rig.read(path) : null)),
  status: rig.git('-c', 'filter.lfs.required=false', 'status', '--porcelain', '--untracked-files=all', '--', ...Object.keys(edits)),
})

/** The tasks whose merge is part of a branch. */
export const mergedTo = (rig: Rig, branch = 'main'): string[] =>
  rig
    .git('log', '--merges', '--format=%(trailers:key=Orch-Task,valueonly,separator=)', branch)
    .split('\n')
    .filter((id) => id !== '')
    .sort()

/** Worktrees and branches of orch's that are still there. */
export const leftoversOf = (rig: Rig): string[] => [
  ...rig
    .git('worktree', 'list', '--porcelain')
    .split('\n')
    .filter((line) => line.includes('/.orch/')),
  ...rig
    .git('for-each-ref', '--format=%(refname)', 'refs/heads/orch')
    .split('\n')
    .filter((ref) => ref !== ''),
]

/** Where a task works. */
export const deskOf = (rig: Rig, task: string): string => join(rig.repo, '.orch', 'worktrees', rig.facts()[0]?.run ?? '', task)

export const textAt = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8') : null)
