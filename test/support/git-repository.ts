import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { discoverRepository, ensureExcluded } from '../../src/adapters/git/discover.js'
import { createGit, type Git } from '../../src/adapters/git/git.js'
import { openRepository, type WatchedRepository } from '../../src/adapters/git/repository.js'
import { createSite, type Site } from '../../src/adapters/git/site.js'
import type { Failure } from '../../src/core/failure.js'
import type { Result } from '../../src/core/result.js'
import type { Workspace } from '../../src/core/work.js'
import type { StructuralMerge } from '../../src/engine/ports/structural-merge.js'

/** A real repository in a folder of its own, whose name has spaces and more than ASCII in it. Removed when disposed. */
export class GitRepository implements Disposable {
  readonly root: string
  readonly environment: Readonly<Record<string, string>>
  readonly #opened: Git[] = []

  constructor(
    /** Everything lies below it. */
    readonly home: string,
    folder: string,
  ) {
    this.root = join(home, folder)
    this.environment = { PATH: process.env['PATH'] ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1' }
  }

  /** Runs git as the person would. @returns what it printed, without the line end */
  git(...args: readonly string[]): string {
    return this.gitIn(this.root, ...args)
  }

  gitIn(cwd: string, ...args: readonly string[]): string {
    return execFileSync('git', [...args], {
      cwd,
      env: { ...this.environment },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trimEnd()
  }

  path(...parts: readonly string[]): string {
    return join(this.root, ...parts)
  }

  write(files: Readonly<Record<string, string>>, folder: string = this.root): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
  }

  read(path: string, folder: string = this.root): string | null {
    return existsSync(join(folder, path)) ? readFileSync(join(folder, path), 'utf8') : null
  }

  /** A person's own commit. @returns its hash */
  commit(message: string, files: Readonly<Record<string, string>> = {}, folder: string = this.root): string {
    this.write(files, folder)
    this.gitIn(folder, 'add', '--all', '--', '.')
    this.gitIn(folder, '-c', 'core.hooksPath=/dev/null', '-c', 'commit.gpgsign=false', 'commit', '--quiet', '--allow-empty', '-m', message)
    return this.tip('HEAD', folder)
  }

  tip(name = 'HEAD', folder: string = this.root): string {
    return this.gitIn(folder, 'rev-parse', name)
  }

  /** Everything of a checkout that a person could miss: files' bytes, index, HEAD, branches. */
  snapshot(): string {
    const state = ['status', '--porcelain=v2', '--branch', '--untracked-files=all', '--ignored', '--', ':!.orch']
    const files = this.git('ls-files', '-z', '--cached', '--others')
      .split('\0')
      .filter((file) => file !== '' && !file.startsWith('.orch/'))
    const bytes = [...new Set(files)].sort().map((file) => `${file}: ${this.read(file)}`)
    return [this.git(...state), this.git('ls-files', '--stage'), this.git('for-each-ref'), ...bytes].join('\n')
  }

  /** Has what it keeps end when the repository is removed. */
  closeLater(git: Git): void {
    this.#opened.push(git)
  }

  [Symbol.dispose](): void {
    for (const git of this.#opened) void git.close()
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 })
  }
}

const config = '[user]\n\tname = Test Person\n\temail = person@example.com\n[init]\n\tdefaultBranch = main\n'

const newHome = (): string => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'orch git ä ')))
  writeFileSync(join(home, '.gitconfig'), config)
  return home
}

const initialised = (...options: readonly string[]): GitRepository => {
  const repository = new GitRepository(newHome(), 'my project ü')
  mkdirSync(repository.root)
  repository.git('init', '--quiet', ...options)
  return repository
}

export const folderWithoutRepository = (): GitRepository => {
  const repository = new GitRepository(newHome(), 'plain')
  mkdirSync(repository.root)
  return repository
}

export const repositoryWithoutCommits = (): GitRepository => initialised()

export const bareRepository = (): GitRepository => initialised('--bare')

export const firstFiles = { 'README.md': '# Project\n', 'src/a.txt': '1\n2\n3\n', 'src/ümlaut file.txt': 'ä\n' } as const

/** One commit on `main`, checked out and clean. */
export const ordinaryRepository = (...options: readonly string[]): GitRepository => {
  const repository = initialised(...options)
  repository.commit('Begin', firstFiles)
  return repository
}

export const sha256Repository = (): GitRepository => ordinaryRepository('--object-format=sha256')

export const repositoryOnDetachedHead = (): GitRepository => {
  const repository = ordinaryRepository()
  repository.git('checkout', '--quiet', '--detach')
  return repository
}

/** History cut off after one commit. */
export const shallowClone = (): GitRepository => {
  const home = newHome()
  const origin = new GitRepository(home, 'origin')
  mkdirSync(origin.root)
  origin.git('init', '--quiet')
  for (const n of [1, 2, 3]) origin.commit(`Commit ${n}`, { ...firstFiles, 'n.txt': `${n}\n` })
  origin.git('clone', '--quiet', '--depth', '1', `file://${origin.root}`, join(home, 'clone'))
  return new GitRepository(home, 'clone')
}

/** A linked worktree of another repository, on a branch of its own. */
export const linkedWorktree = (): GitRepository => {
  const main = ordinaryRepository()
  const linked = new GitRepository(main.home, 'linked tree')
  main.git('worktree', 'add', '--quiet', '-b', 'linked', linked.root)
  return linked
}

/** A linked worktree of a repository that has no checkout of its own. */
export const worktreeOfBareRepository = (): GitRepository => {
  const origin = ordinaryRepository()
  origin.git('clone', '--quiet', '--bare', origin.root, join(origin.home, 'bare.git'))
  const linked = new GitRepository(origin.home, 'tree of bare')
  origin.gitIn(join(origin.home, 'bare.git'), 'worktree', 'add', '--quiet', linked.root, 'main')
  return linked
}

/** Signs every commit, with a program that fails. */
export const repositoryThatSigns = (): GitRepository => {
  const repository = ordinaryRepository()
  repository.git('config', 'commit.gpgsign', 'true')
  repository.git('config', 'gpg.program', 'false')
  return repository
}

const executable = (path: string, text: string): void => {
  writeFileSync(path, text)
  chmodSync(path, 0o755)
}

export const everyHook = [
  'pre-commit',
  'commit-msg',
  'prepare-commit-msg',
  'post-commit',
  'post-checkout',
  'post-merge',
  'post-index-change',
  'reference-transaction',
  'post-rewrite',
  'pre-merge-commit',
] as const

/** Every hook fails, and leaves a trace. */
export const repositoryWithFailingHooks = (): GitRepository => {
  const repository = ordinaryRepository()
  for (const hook of everyHook)
    executable(repository.path('.git', 'hooks', hook), `#!/bin/sh\ntouch "${repository.home}/hook-ran"\nexit 1\n`)
  return repository
}

/** Attributes name a merge driver, a diff driver and a text conversion; each leaves a trace where it runs. */
export const repositoryWithHostileDrivers = (): GitRepository => {
  const repository = ordinaryRepository()
  const script = join(repository.home, 'hostile.sh')
  executable(script, `#!/bin/sh\ntouch "${repository.home}/driver-ran"\nexit 0\n`)
  repository.write({ '.git/info/attributes': '* merge=hostile diff=hostile\n' })
  repository.git('config', 'merge.hostile.driver', `"${script}"`)
  repository.git('config', 'diff.hostile.command', `"${script}"`)
  repository.git('config', 'diff.hostile.textconv', `"${script}"`)
  writeFileSync(join(repository.home, 'attributes'), '* merge=hostile diff=hostile\n')
  repository.git('config', '--global', 'core.attributesFile', join(repository.home, 'attributes'))
  repository.git('config', '--global', 'merge.hostile.driver', `"${script}"`)
  repository.commit('Attributes', { '.gitattributes': '* merge=hostile diff=hostile\n' })
  return repository
}

/** Git knows nobody by name. */
export const repositoryOfNobody = (): GitRepository => {
  const repository = ordinaryRepository()
  writeFileSync(join(repository.home, '.gitconfig'), '[user]\n\tuseConfigOnly = true\n')
  return repository
}

/** Files are fetched when they are needed. */
export const partialClone = (): GitRepository => {
  const origin = ordinaryRepository()
  origin.commit('Second', { 'src/b.txt': 'b\n' })
  origin.git('config', 'uploadpack.allowFilter', 'true')
  origin.git('clone', '--quiet', '--filter=blob:none', `file://${origin.root}`, join(origin.home, 'partial'))
  return new GitRepository(origin.home, 'partial')
}

/** Only some folders are checked out. */
export const sparseCheckout = (): GitRepository => {
  const repository = ordinaryRepository()
  repository.commit('Large', { 'large/one.txt': '1\n' })
  repository.git('sparse-checkout', 'set', 'src')
  return repository
}

/** The adapter under test, on a repository. */
export interface Opened {
  readonly git: Git
  readonly repository: WatchedRepository
  readonly commonDir: string
  readonly workspace: (id: string, base?: string) => Workspace
}

export const envFiles = ['.env', 'config/.env'] as const

/** @param sleep what waiting for a lock does; nothing by default */
export async function openedOn(
  at: GitRepository,
  sleep: (ms: number) => Promise<void> = async () => {},
  structuralMerge: StructuralMerge | null = null,
): Promise<Opened> {
  const git = createGit({ environment: at.environment, sleep })
  at.closeLater(git)
  const found = good(await discoverRepository(git, at.root))
  good(await ensureExcluded(found.commonDir))
  const repository = openRepository({ ...found, git, environment: at.environment, envFiles, structuralMerge })
  const workspace = (id: string, base: string = at.tip()): Workspace => ({
    branch: `orch/r1/${id}`,
    path: at.path('.orch', 'worktrees', id),
    base,
  })
  return { git, repository, commonDir: found.commonDir, workspace }
}

/** The good news; bad news fails the test. */
export function good<T>(result: Result<T, Failure>): T {
  if (result.ok) return result.value
  throw new Error(`unexpected failure: ${JSON.stringify(result.error)}`)
}

/** The bad news; good news fails the test. */
export function bad(result: Result<unknown, Failure>): Failure {
  if (!result.ok) return result.error
  throw new Error(`a failure was expected, and this came: ${JSON.stringify(result.value)}`)
}

/** The repository as orch's own functions are given it. */
export async function siteOf(at: GitRepository): Promise<Site> {
  const git = createGit({ environment: at.environment, sleep: async () => {} })
  at.closeLater(git)
  return createSite({ ...good(await discoverRepository(git, at.root)), git, environment: at.environment, envFiles: [] })
}
