import { join } from 'node:path'
import type { GitRepository } from './git-repository.js'

/** Fetching from a folder is allowed in tests alone. */
const fromFolders = ['-c', 'protocol.file.allow=always'] as const

/** Makes a repository with one commit in a folder. @returns the folder */
export function makeRepository(
  at: GitRepository,
  folder: string,
  files: Readonly<Record<string, string>> = { 'lib.txt': 'lib\n' },
): string {
  at.write(files, folder)
  at.gitIn(folder, 'init', '--quiet')
  at.commit('Lib', {}, folder)
  return folder
}

/** A repository that others are cloned from, beside the person's own. @returns its folder */
export const makeRemote = (at: GitRepository, name: string): string => makeRepository(at, join(at.home, name))

/** Records a submodule in a checkout, and commits that. */
export function addSubmodule(at: GitRepository, checkout: string, { remote, path }: { remote: string; path: string }): string {
  at.gitIn(checkout, ...fromFolders, 'submodule', '--quiet', 'add', remote, path)
  return at.commit(`Add ${path}`, {}, checkout)
}

/** As a `worktree.setup` command would. */
export const initSubmodules = (at: GitRepository, worktree: string, ...options: readonly string[]): string =>
  at.gitIn(worktree, ...fromFolders, 'submodule', '--quiet', 'update', '--init', '--recursive', ...options)

export const cloneInto = (at: GitRepository, remote: string, folder: string): string =>
  at.gitIn(at.home, 'clone', '--quiet', remote, folder)
