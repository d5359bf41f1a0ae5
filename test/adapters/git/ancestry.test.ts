import { execFileSync, spawnSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isAncestorNearby, linksOf } from '../../../src/adapters/git/ancestry.js'
import { attributesFiles } from '../../../src/adapters/git/attributes-files.js'
import { isAncestor, treeOf } from '../../../src/adapters/git/commits.js'
import { entryAt } from '../../../src/adapters/git/trees.js'
import { bad, type GitRepository, good, ordinaryRepository, sha256Repository, shallowClone, siteOf } from '../../support/git-repository.js'

const commitOn = (at: GitRepository, parents: readonly string[], message: string): string =>
  at.git('commit-tree', at.tip('HEAD^{tree}'), ...parents.flatMap((parent) => ['-p', parent]), '-m', message)

/** Each commit's parents, by number: merges, a criss-cross, a second root, one with three parents. */
const shape = [[], [0], [0], [1, 2], [2, 1], [3, 4], [], [6, 5], [7], [3], [9, 8, 6], [10], [4], [12, 11]]

const shaped = (at: GitRepository): readonly string[] => {
  const commits: string[] = []
  for (const [n, parents] of shape.entries())
    commits.push(
      commitOn(
        at,
        parents.map((parent) => commits[parent] ?? ''),
        `${n}`,
      ),
    )
  return commits
}

const saysGit = (at: GitRepository, commit: string, of: string): boolean =>
  spawnSync('git', ['merge-base', '--is-ancestor', commit, of], { cwd: at.root }).status === 0

describe('whether a commit is part of another', () => {
  it.each([
    ['SHA-1', ordinaryRepository],
    ['SHA-256', sha256Repository],
  ])('is what git says, for every pair of a history with merges, with %s', async (_name, make) => {
    using at = make()
    const commits = shaped(at)
    const site = await siteOf(at)
    for (const commit of commits)
      for (const of of commits) {
        const said = saysGit(at, commit, of)
        expect(await isAncestorNearby(site, commit, of), `${commits.indexOf(commit)} in ${commits.indexOf(of)}`).toBe(said)
        expect(good(await isAncestor(site, commit, of))).toBe(said)
      }
  })

  it('is asked of git where the two are far apart', async () => {
    using at = ordinaryRepository()
    const commits = [at.tip()]
    for (let n = 0; n < 170; n++) commits.push(commitOn(at, commits.slice(-1), `${n}`))
    const [first = '', last = ''] = [commits[0], commits.at(-1)]
    const other = commitOn(at, [first], 'other')
    expect(await isAncestorNearby(await siteOf(at), first, last)).toBeNull()
    const site = await siteOf(at)
    expect([good(await isAncestor(site, first, last)), good(await isAncestor(site, other, last))]).toEqual([true, false])
  })

  it('is asked of git in a shallow clone, where parents are named that are not there', async () => {
    using at = shallowClone()
    const site = await siteOf(at)
    const [first, second] = [at.tip(), at.commit('Second')]
    expect(await isAncestorNearby(site, first, second)).toBeNull()
    expect([good(await isAncestor(site, first, second)), good(await isAncestor(site, second, first))]).toEqual([true, false])
  })

  it('is a failure where a commit is not there', async () => {
    using at = ordinaryRepository()
    const [site, none] = [await siteOf(at), '1'.repeat(40)]
    for (const pair of [
      [none, at.tip()],
      [at.tip(), none],
      [none, none],
    ] as const)
      expect(bad(await isAncestor(site, ...pair))).toMatchObject({ reason: 'git-failed', doing: 'compare two commits' })
  })

  it('does not change by what somebody puts in place of a commit', async () => {
    using at = ordinaryRepository()
    const [first, second] = [at.tip(), at.commit('Second')]
    at.git('replace', '--graft', second)
    expect(saysGit(at, first, second)).toBe(false)
    expect(good(await isAncestor(await siteOf(at), first, second))).toBe(true)
  })
})

describe('the tree of a commit', () => {
  it('is told of commits and of trees, and is a failure where there is none', async () => {
    using at = ordinaryRepository()
    const [site, tree] = [await siteOf(at), at.tip('HEAD^{tree}')]
    expect(good(await treeOf(site, at.tip()))).toBe(tree)
    expect(good(await treeOf(site, tree))).toBe(tree)
    expect(bad(await treeOf(site, '1'.repeat(40)))).toMatchObject({ reason: 'git-failed' })
    expect(bad(await treeOf(site, at.tip('HEAD:README.md')))).toMatchObject({ reason: 'git-failed' })
  })

  it('and its parents are read however the commit is written', async () => {
    using at = ordinaryRepository()
    const text = `tree ${at.tip('HEAD^{tree}')}\nparent ${at.tip()}\nauthor parent <a@b> 1 +0000\ncommitter tree <a@b> 1 +0000\ngpgsig a\n parent ${'1'.repeat(40)}\n\nparent ${'2'.repeat(40)}\n`
    const args = ['hash-object', '-t', 'commit', '-w', '--stdin', '--literally']
    const commit = execFileSync('git', args, { cwd: at.root, input: text, encoding: 'utf8' }).trim()
    expect(await linksOf(await siteOf(at), commit)).toEqual({ tree: at.tip('HEAD^{tree}'), parents: [at.tip()] })
  })
})

describe('what is at a path of a commit', () => {
  it.each([
    ['SHA-1', ordinaryRepository],
    ['SHA-256', sha256Repository],
  ])('is what git lists there, with %s', async (_name, make) => {
    using at = make()
    symlinkSync('README.md', at.path('link'))
    at.write({ 'bin/run.sh': '#!/bin/sh\n', 'a b/-gdeadbee': '1\n', 'deep/er/and/deeper.txt': 'x\n', 'odd/@{1}~2': '' })
    at.git('add', '--all')
    at.git('update-index', '--chmod=+x', 'bin/run.sh')
    at.git('update-index', '--add', '--cacheinfo', `160000,${at.tip()},module`)
    at.git('commit', '--quiet', '-m', 'Kinds')
    const site = await siteOf(at)
    const paths = [
      'README.md',
      'src',
      'src/ümlaut file.txt',
      'bin/run.sh',
      'link',
      'a b/-gdeadbee',
      'deep/er/and/deeper.txt',
      'odd/@{1}~2',
      'module',
    ]
    for (const path of [...paths, 'none', 'README.md/none', 'src/none', 'module/none', 'link/none']) {
      const [, mode, oid] = /^(\d+) \w+ (\w+)\t/.exec(at.git('ls-tree', '--full-tree', 'HEAD', '--', path)) ?? []
      const expected = mode === undefined ? null : { mode, oid }
      expect([await entryAt(site, at.tip(), path), await entryAt(site, at.tip('HEAD^{tree}'), path)], path).toEqual([expected, expected])
    }
  })

  it.each(['', '/', 'src/', './README.md', 'src/../README.md', ':/README.md'])('is left to git where the path is %j', async (path) => {
    using at = ordinaryRepository()
    expect(await entryAt(await siteOf(at), at.tip(), path)).toBe('unknown')
    expect(await entryAt(await siteOf(at), '1'.repeat(40), 'README.md')).toBe('unknown')
  })
})

describe('the attributes of a commit', () => {
  const texts: readonly Readonly<Record<string, string | null>>[] = [
    {},
    { '.gitattributes': '* text\n' },
    { 'a/b/.gitattributes': 'x\n', 'a/c/.gitattributes': 'y\n', 'd/x.txt': '1\n' },
    { 'a/b/.gitattributes': 'z\n' },
    { 'a/b/.gitattributes': null, 'd/.gitattributes': 'd\n' },
    { '.gitattributes': null, 'a/c/.gitattributes': null, 'a/c': 'a file now\n' },
    { 'a/c': null, 'a/c/.gitattributes/x.txt': 'a folder of that name\n' },
  ]

  it('are the same whether or not another commit was looked at before', async () => {
    using at = ordinaryRepository()
    const kept = await siteOf(at)
    const commits: string[] = []
    const expected: unknown[] = []
    for (const change of texts) {
      for (const [path, text] of Object.entries(change)) if (text === null) at.git('rm', '-r', '--quiet', '--', path)
      commits.push(
        at.commit('Change', Object.fromEntries(Object.entries(change).flatMap(([path, text]) => (text === null ? [] : [[path, text]])))),
      )
      const listed = at
        .git('ls-files', '--', ':(top,glob)**/.gitattributes')
        .split('\n')
        .filter((path) => path.endsWith('.gitattributes'))
      expected.push(listed.map((path) => ({ folder: path.replace(/\/?\.gitattributes$/, ''), text: at.read(path) })))
    }
    const order = [...commits.keys(), 3, 0, 5, 2, 6, 1]
    const byFolder = (files: readonly { readonly folder: string }[]) => files.toSorted((a, b) => (a.folder < b.folder ? -1 : 1))
    for (const n of order) {
      const commit = commits[n] ?? ''
      expect(byFolder(good(await attributesFiles(kept, commit))), `${n}`).toEqual(expected[n])
      expect(byFolder(good(await attributesFiles(await siteOf(at), commit))), `${n}`).toEqual(expected[n])
    }
  })

  it('are listed by git where there are many folders', async () => {
    using at = ordinaryRepository()
    const folders = Array.from({ length: 230 }, (_, n) => `f${n}/x.txt`)
    at.commit('Many', { ...Object.fromEntries(folders.map((path) => [path, '1\n'])), 'f9/.gitattributes': '* -merge\n' })
    expect(good(await attributesFiles(await siteOf(at), at.tip()))).toEqual([{ folder: 'f9', text: '* -merge\n' }])
  })
})
