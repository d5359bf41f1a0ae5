import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bad, type GitRepository, good, openedOn, ordinaryRepository } from '../../support/git-repository.js'

const never = ['.env', 'config/.env']

/** A task and the branch it must join, both of which changed the same line; each has a file of its own too. */
const inConflict = async (at: GitRepository) => {
  const opened = await openedOn(at)
  const task = opened.workspace('1A')
  good(await opened.repository.openWorkspace(task))
  at.write({ 'src/a.txt': 'task\n2\n3\n', 'task.txt': 'task\n', '.env': 'SECRET=1\n' }, task.path)
  const { commit: head } = good(await opened.repository.commitWork(task, { message: 'Work\n', since: task.base, never }))
  const onto = at.commit('Merged before', { 'src/a.txt': 'before\n2\n3\n', 'before.txt': 'before\n' })
  const resolution = { message: 'Resolve\n', onto, files: ['src/a.txt'], never }
  return { ...opened, task, head, onto, resolution }
}

describe('a conflict', () => {
  it('is laid out with both sides in the worktree of the task, resolved there, and committed as a merge', async () => {
    using at = ordinaryRepository()
    const { repository, task, head, onto, resolution } = await inConflict(at)
    const laid = good(await repository.layOutConflict(task, onto))
    expect(laid.files).toEqual(['src/a.txt'])
    expect(laid.notes).toContain('src/a.txt')
    expect(at.read('src/a.txt', task.path)).toMatch(/^<<<<<<< .*\ntask\n=======\nbefore\n>>>>>>> .*\n2\n3\n$/)
    expect(at.read('before.txt', task.path)).toBe('before\n')
    expect(at.tip(task.branch)).toBe(head)
    at.write({ 'src/a.txt': 'both\n2\n3\n' }, task.path)
    const resolved = good(await repository.commitResolution(task, resolution))
    if (!('commit' in resolved)) throw new Error('unresolved')
    expect(at.git('log', '-1', '--format=%P%n%s', resolved.commit)).toBe(`${head} ${onto}\nResolve`)
    expect(at.git('show', `${resolved.commit}:src/a.txt`)).toBe('both\n2\n3')
    expect(at.gitIn(task.path, 'status', '--porcelain')).toBe('?? .env')
    expect(at.tip(task.branch)).toBe(resolved.commit)
    expect(good(await repository.commitResolution(task, resolution))).toEqual(resolved)
  })

  it('is not resolved while markers are left, and nothing is committed', async () => {
    using at = ordinaryRepository()
    const { repository, task, head, onto, resolution } = await inConflict(at)
    good(await repository.layOutConflict(task, onto))
    expect(good(await repository.commitResolution(task, resolution))).toEqual({ unresolved: ['src/a.txt'] })
    expect(at.tip(task.branch)).toBe(head)
    // A deleted file holds no markers.
    rmSync(join(task.path, 'src/a.txt'))
    expect(good(await repository.commitResolution(task, resolution))).toHaveProperty('commit')
  })

  it('is laid out once: what the agent resolved so far stays', async () => {
    using at = ordinaryRepository()
    const { repository, task, onto } = await inConflict(at)
    good(await repository.layOutConflict(task, onto))
    at.write({ 'src/a.txt': 'half resolved\n' }, task.path)
    expect(good(await repository.layOutConflict(task, onto)).files).toEqual(['src/a.txt'])
    expect(at.read('src/a.txt', task.path)).toBe('half resolved\n')
  })

  it('is laid out again when that was cut short', async () => {
    using at = ordinaryRepository()
    const { repository, task, head, onto, commonDir } = await inConflict(at)
    at.write({ 'orch-conflict': `${head} ${onto}\n`, 'index.lock': '' }, join(commonDir, 'worktrees', '1A'))
    at.write({ 'before.txt': 'before\n', 'src/a.txt': '<<<<<<< cut off' }, task.path)
    good(await repository.layOutConflict(task, onto))
    expect(at.read('src/a.txt', task.path)).toMatch(/^<<<<<<< .*\ntask\n=======\nbefore\n>>>>>>> .*\n2\n3\n$/)
  })

  it('with another commit makes room, and the half resolution is kept', async () => {
    using at = ordinaryRepository()
    const { repository, task, onto } = await inConflict(at)
    good(await repository.layOutConflict(task, onto))
    at.write({ 'src/a.txt': 'half resolved\n' }, task.path)
    const later = at.commit('Merged later', { 'src/a.txt': 'later\n2\n3\n' })
    good(await repository.layOutConflict(task, later))
    expect(at.read('src/a.txt', task.path)).toContain('later\n')
    expect(at.read('.env', task.path)).toBe('SECRET=1\n')
    const kept = at.git('for-each-ref', '--format=%(refname)', 'refs/orch/kept')
    expect(at.git('show', `${kept}:src/a.txt`)).toBe('half resolved')
    expect(at.git('ls-tree', '--name-only', kept)).not.toContain('.env')
  })

  it('that is none leaves the worktree alone', async () => {
    using at = ordinaryRepository()
    const { repository, task } = await inConflict(at)
    at.git('checkout', '--quiet', '-b', 'elsewhere', task.base)
    const onto = at.commit('Apart', { 'apart.txt': 'x\n' })
    expect(good(await repository.layOutConflict(task, onto)).files).toEqual([])
    expect(at.gitIn(task.path, 'status', '--porcelain')).toBe('?? .env')
  })

  it('takes the merge that the agent made itself', async () => {
    using at = ordinaryRepository()
    const { repository, task, onto, resolution } = await inConflict(at)
    good(await repository.layOutConflict(task, onto))
    at.gitIn(task.path, 'checkout', '--quiet', '--force', 'HEAD')
    expect(() => at.gitIn(task.path, 'merge', '--quiet', onto)).toThrow()
    at.write({ 'src/a.txt': 'by the agent\n' }, task.path)
    at.gitIn(task.path, 'commit', '--quiet', '-am', 'Merged')
    at.write({ 'more.txt': 'more\n' }, task.path)
    const resolved = good(await repository.commitResolution(task, resolution))
    if (!('commit' in resolved)) throw new Error('unresolved')
    expect(good(await repository.isAncestor(onto, resolved.commit))).toBe(true)
    expect(at.git('show', `${resolved.commit}:src/a.txt`, `${resolved.commit}:more.txt`)).toBe('by the agent\nmore')
  })

  it('is refused when its resolution brings in a file that must never be committed', async () => {
    using at = ordinaryRepository()
    const { repository, task, onto, resolution } = await inConflict(at)
    good(await repository.layOutConflict(task, onto))
    at.write({ 'src/a.txt': 'both\n' }, task.path)
    at.gitIn(task.path, 'add', '--all')
    at.gitIn(task.path, 'commit', '--quiet', '-m', 'Everything, the secret too')
    expect(bad(await repository.commitResolution(task, resolution))).toEqual({ reason: 'forbidden-file-committed', files: ['.env'] })
  })
})

describe('advanceWorkspace', () => {
  const joined = async (at: GitRepository) => {
    const opened = await openedOn(at)
    const task = opened.workspace('1A')
    good(await opened.repository.openWorkspace(task))
    at.write({ 'task.txt': 'task\n' }, task.path)
    const { commit: head } = good(await opened.repository.commitWork(task, { message: 'Work\n', since: task.base, never }))
    const onto = at.commit('Before', { 'src/a.txt': 'before\n', 'before.txt': 'b\n' })
    const merge = good(await opened.repository.tryMerge(head, onto, 'Join\n'))
    if (merge.kind !== 'merged') throw new Error('a conflict')
    return { ...opened, task, head, to: merge.commit }
  }

  it('moves branch and files, and leaves untracked files where they are', async () => {
    using at = ordinaryRepository()
    const { repository, task, to } = await joined(at)
    at.write({ 'node_modules/m.js': '1\n' }, task.path)
    good(await repository.advanceWorkspace(task, to))
    good(await repository.advanceWorkspace(task, to))
    expect(at.tip('HEAD', task.path)).toBe(to)
    expect(at.read('before.txt', task.path)).toBe('b\n')
    expect(at.gitIn(task.path, 'status', '--porcelain')).toBe('?? node_modules/')
  })

  it('finishes what was cut short among the files', async () => {
    using at = ordinaryRepository()
    const { repository, task, to, commonDir } = await joined(at)
    at.write({ 'src/a.txt': 'before\n', 'before.txt': 'b\n' }, task.path)
    at.write({ 'index.lock': '' }, join(commonDir, 'worktrees', '1A'))
    good(await repository.advanceWorkspace(task, to))
    expect(at.gitIn(task.path, 'status', '--porcelain')).toBe('')
  })

  it('finishes what was cut short between the files and the branch', async () => {
    using at = ordinaryRepository()
    const { repository, task, head, to } = await joined(at)
    at.gitIn(task.path, 'read-tree', '-m', '-u', head, to)
    good(await repository.advanceWorkspace(task, to))
    expect(at.tip(task.branch)).toBe(to)
    expect(at.gitIn(task.path, 'status', '--porcelain')).toBe('')
  })
})
