import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Workspace } from '../../../src/core/work.js'
import { bad, type GitRepository, good, openedOn, ordinaryRepository } from '../../support/git-repository.js'

const atWork = async (at: GitRepository) => {
  const opened = await openedOn(at)
  const task = opened.workspace('1A')
  good(await opened.repository.openWorkspace(task))
  const save = (never: readonly string[] = ['.env', 'config/.env'], message = 'Work\n') =>
    opened.repository.commitWork(task, { message, since: task.base, never })
  return { ...opened, task, save }
}

describe('commitWork', () => {
  it('commits new, changed and deleted files with the message as it is, by the person', async () => {
    using at = ordinaryRepository()
    const { task, save } = await atWork(at)
    at.write({ 'ä new.txt': 'new\n', 'src/a.txt': 'changed\n' }, task.path)
    at.gitIn(task.path, 'rm', '--quiet', 'README.md')
    const message = '1A: Title\n\n# not a comment\n\nOrch-Run: r1\nOrch-Task: 1A\n'
    const { commit, changed } = good(await save([], message))
    expect(changed).toBe(true)
    expect(at.tip(task.branch)).toBe(commit)
    expect(at.git('log', '-1', '--format=%an <%ae>%n%B', commit)).toBe(`Test Person <person@example.com>\n${message.trimEnd()}`)
    expect(at.git('-c', 'core.quotePath=false', 'diff', '--name-status', task.base, commit)).toBe(
      'D\tREADME.md\nM\tsrc/a.txt\nA\tä new.txt',
    )
    expect(at.gitIn(task.path, 'status', '--porcelain')).toBe('')
    expect(good(await save())).toEqual({ commit, changed: true })
  })

  it.each([
    ['ignored', '.env\nconfig/\n'],
    ['not ignored', ''],
    ['ignored as a whole folder of them', '*.env\n.env*\n'],
  ])('leaves files that must not be committed out where they are %s', async (_, ignored) => {
    using at = ordinaryRepository()
    at.commit('Ignore', { '.gitignore': ignored })
    const { task, save } = await atWork(at)
    at.write({ '.env': 'SECRET=1\n', 'config/.env': 'SECRET=2\n', 'src/new.txt': 'new\n' }, task.path)
    const { commit } = good(await save())
    expect(at.git('diff', '--name-only', task.base, commit)).toBe('src/new.txt')
    expect(good(await save()).commit).toBe(commit)
  })

  it('says that nothing changed when nothing did, and makes no commit', async () => {
    using at = ordinaryRepository()
    const { task, save } = await atWork(at)
    expect(good(await save())).toEqual({ commit: task.base, changed: false })
    at.commit('There', { 'x.txt': 'x\n' }, task.path)
    const back = at.commit('And back', {}, task.path)
    at.gitIn(task.path, 'rm', '--quiet', 'x.txt')
    at.gitIn(task.path, 'commit', '--quiet', '-m', 'And back')
    expect(good(await save())).toEqual({ commit: expect.not.stringContaining(back), changed: false })
  })

  const strayings: readonly (readonly [string, (at: GitRepository, task: Workspace) => void])[] = [
    ['committed by itself', (at, task) => void at.commit('Agent', { 'agent.txt': 'a\n' }, task.path)],
    [
      'detached HEAD and committed',
      (at, task) => {
        at.gitIn(task.path, 'checkout', '--quiet', '--detach')
        at.commit('Agent', { 'agent.txt': 'a\n' }, task.path)
      },
    ],
    [
      'made a branch of its own',
      (at, task) => {
        at.gitIn(task.path, 'checkout', '--quiet', '-b', 'feature')
        at.commit('Agent', { 'agent.txt': 'a\n' }, task.path)
      },
    ],
    [
      'renamed the branch',
      (at, task) => {
        at.gitIn(task.path, 'branch', '-m', 'better-name')
        at.commit('Agent', { 'agent.txt': 'a\n' }, task.path)
      },
    ],
    [
      'deleted the branch',
      (at, task) => {
        at.commit('Agent', { 'agent.txt': 'a\n' }, task.path)
        // Its commit is left in the reflog of HEAD alone.
        at.gitIn(task.path, 'checkout', '--quiet', '--detach')
        at.git('update-ref', '-d', `refs/heads/${task.branch}`)
      },
    ],
    [
      'left a merge unfinished',
      (at, task) => {
        at.commit('Agent', { 'agent.txt': 'a\n', 'src/a.txt': 'theirs\n' }, task.path)
        at.commit('Other', { 'src/a.txt': 'ours\n' })
        expect(() => at.gitIn(task.path, 'merge', 'main')).toThrow()
        at.write({ 'src/a.txt': 'both\n' }, task.path)
      },
    ],
  ]

  it.each(strayings)('keeps everything on the branch when the agent %s', async (_name, stray) => {
    using at = ordinaryRepository()
    const { task, save } = await atWork(at)
    stray(at, task)
    at.write({ 'uncommitted.txt': 'u\n' }, task.path)
    const { commit } = good(await save())
    expect(at.gitIn(task.path, 'symbolic-ref', 'HEAD')).toBe(`refs/heads/${task.branch}`)
    expect(at.tip(task.branch)).toBe(commit)
    expect(at.git('show', `${commit}:agent.txt`)).toBe('a')
    expect(at.git('show', `${commit}:uncommitted.txt`)).toBe('u')
    expect(at.gitIn(task.path, 'status')).toContain('nothing to commit')
    expect(at.gitIn(task.path, 'status')).not.toContain('merging')
  })

  it("moves no branch of the person's that the agent's branch was made to stand for", async () => {
    using at = ordinaryRepository()
    const { task, save } = await atWork(at)
    at.git('symbolic-ref', `refs/heads/${task.branch}`, 'refs/heads/main')
    at.write({ 'x.txt': 'x\n' }, task.path)
    const { commit } = good(await save())
    expect(at.tip('main')).toBe(task.base)
    expect(at.tip(task.branch)).toBe(commit)
  })

  it.each([
    ['is not there', () => undefined],
    ['was taken out of the index', (at: GitRepository, path: string) => void at.gitIn(path, 'rm', '--quiet', '--cached', '.env')],
    [
      'was changed and staged',
      (at: GitRepository, path: string) => {
        at.write({ '.env': 'PORT=81\n' }, path)
        at.gitIn(path, 'add', '.env')
      },
    ],
    ['was made executable', (at: GitRepository, path: string) => void at.gitIn(path, 'update-index', '--chmod=+x', '.env')],
  ])('leaves such a file of the project as it is when it %s', async (_name, change) => {
    using at = ordinaryRepository()
    at.commit('Tracked on purpose', { '.env': 'PORT=80\n' })
    const { task, save } = await atWork(at)
    change(at, task.path)
    rmSync(join(task.path, '.env'))
    at.write({ 'x.txt': 'x\n' }, task.path)
    const { commit } = good(await save())
    expect(at.git('diff', '--name-only', task.base, commit)).toBe('x.txt')
  })

  it.each([2, 3, 4])('leaves such a file out that was staged in an index of version %i and is gone', async (version) => {
    using at = ordinaryRepository()
    at.commit('Ignore', { '.gitignore': '.env\n' })
    const { task, save } = await atWork(at)
    at.write({ '.env': 'SECRET=1\n', 'x.txt': 'x\n' }, task.path)
    at.gitIn(task.path, 'update-index', '--index-version', String(version))
    at.gitIn(task.path, 'add', '--force', '.env')
    rmSync(join(task.path, '.env'))
    const { commit } = good(await save())
    expect(at.git('diff', '--name-only', task.base, commit)).toBe('x.txt')
  })

  it('loses nothing and says so when the agent went back behind its own commits', async () => {
    using at = ordinaryRepository()
    const { task, save } = await atWork(at)
    const tip = at.commit('Agent', { 'agent.txt': 'a\n' }, task.path)
    at.gitIn(task.path, 'checkout', '--quiet', '--detach', task.base)
    at.write({ 'uncommitted.txt': 'u\n' }, task.path)
    expect(bad(await save())).toMatchObject({ reason: 'git-failed', detail: expect.stringContaining(task.base) })
    expect(at.tip(task.branch)).toBe(tip)
    expect(at.read('uncommitted.txt', task.path)).toBe('u\n')
  })

  it('leaves files out that must never be committed, also when the agent staged them', async () => {
    using at = ordinaryRepository()
    const { task, save } = await atWork(at)
    at.write({ '.env': 'SECRET=1\n', 'config/.env': 'SECRET=2\n', 'config/.env.example': 'SECRET=\n', '*.md': 'a star\n' }, task.path)
    at.gitIn(task.path, 'add', '--force', '.env')
    const { commit } = good(await save())
    expect(at.git('ls-tree', '-r', '--name-only', commit, '--', '.env', 'config')).toBe('config/.env.example')
    expect(at.read('.env', task.path)).toBe('SECRET=1\n')
  })

  it.each([
    ['committed', false],
    ['committed and removed again', true],
  ])('refuses work in which the agent %s such a file', async (_name, again) => {
    using at = ordinaryRepository()
    const { task, save } = await atWork(at)
    at.commit('Oops', { 'config/.env': 'SECRET=1\n', 'x.txt': 'x\n' }, task.path)
    if (again) {
      at.gitIn(task.path, 'rm', '--quiet', 'config/.env')
      at.gitIn(task.path, 'commit', '--quiet', '-m', 'Remove it')
    }
    expect(bad(await save())).toEqual({ reason: 'forbidden-file-committed', files: ['config/.env'] })
    expect(at.git('show', `${task.branch}:x.txt`)).toBe('x')
  })

  it('does not mind such a file that the project itself has in git', async () => {
    using at = ordinaryRepository()
    at.commit('Tracked on purpose', { '.env': 'PORT=80\n' })
    const { task, save } = await atWork(at)
    at.write({ '.env': 'PORT=81\n', 'x.txt': 'x\n' }, task.path)
    const { commit } = good(await save())
    expect(at.git('show', `${commit}:.env`)).toBe('PORT=80')
  })

  it('says so when the worktree is gone', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    const nowhere = { branch: 'orch/r1/9Z', path: at.path('.orch', 'worktrees', '9Z') }
    const result = await repository.commitWork(nowhere, { message: 'x\n', since: at.tip(), never: [] })
    expect(bad(result)).toMatchObject({ reason: 'git-failed', detail: 'it is not one of this repository' })
  })
})

describe('commitScratch', () => {
  it('commits on top of the parent and moves no branch', async () => {
    using at = ordinaryRepository()
    const { repository } = await openedOn(at)
    const path = at.path('.orch', 'worktrees', 'stage-1')
    const parent = at.tip()
    good(await repository.openScratch(path, parent))
    const before = at.git('for-each-ref')
    const save = () => repository.commitScratch(path, { message: 'Fix\n', parent, never: ['.env'] })
    expect(good(await save())).toBe(parent)
    at.write({ 'fix.txt': 'fix\n', '.env': 'SECRET=1\n' }, path)
    const commit = good(await save())
    expect(at.git('log', '-1', '--format=%P', commit)).toBe(parent)
    expect(good(await repository.changedFiles(parent, commit))).toEqual(['fix.txt'])
    expect(good(await save())).toBe(commit)
    expect(at.git('for-each-ref')).toBe(before)
    rmSync(join(path, '.env'))
    const onTop = at.commit('By the agent', { 'agent.txt': 'a\n' }, path)
    expect(good(await repository.isAncestor(onTop, good(await save())))).toBe(true)
  })
})
