import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import type { Git } from './git.js'
import { withFiles } from './git-failure.js'
import { versionProblem } from './git-version.js'
import type { ObjectFormat } from './own-git-folder.js'
import { textOf } from './place.js'
import type { Location } from './site.js'

/** A repository as seen from one of its checkouts. */
export interface FoundRepository extends Location {
  /** The checkout's own git folder; the common one unless it is a linked worktree. */
  readonly gitDir: string
}

/** The repository around a folder. A linked worktree is its own root and shares the common folder. */
export async function discoverRepository(git: Git, cwd: string): Promise<Result<FoundRepository, Failure>> {
  const [version, found] = await Promise.all([git.run({ doing: 'start', args: ['version'], cwd }), foldersAround(git, cwd)])
  if (!version.ok) return version
  const problem = versionProblem(version.value.stdout)
  if (problem !== null) return err({ reason: 'git-failed', doing: 'start', detail: problem })
  return found.ok ? found : err(await whyNone(git, cwd, found.error))
}

const doing = 'look for a repository'

async function foldersAround(git: Git, cwd: string): Promise<Result<FoundRepository, Failure>> {
  const folders = ['--show-toplevel', '--absolute-git-dir', '--git-common-dir']
  const found = await git.run({ doing, args: ['rev-parse', '--path-format=absolute', '--show-object-format', ...folders], cwd })
  if (!found.ok) return found
  const [format, ...paths] = found.value.stdout.split(/\r?\n/)
  const [root = '', gitDir = '', commonDir = ''] = paths.map((path) => resolve(path))
  const objectFormat: ObjectFormat = format === 'sha256' ? 'sha256' : 'sha1'
  return ok({ root, gitDir, commonDir, objectFormat })
}

/** What to say of a folder that has no checkout around it. @param failure what git said */
async function whyNone(git: Git, cwd: string, failure: Failure): Promise<Failure> {
  const kind = await git.run({ doing, args: ['rev-parse', '--is-bare-repository', '--is-inside-work-tree'], cwd })
  if (!kind.ok) return isNoRepository(kind.error) ? { reason: 'not-a-repository', path: cwd } : kind.error
  const [isBare, isInWorkTree] = kind.value.stdout.split('\n')
  if (isBare === 'true') return { reason: 'bare-repository', path: cwd }
  return isInWorkTree === 'true' ? failure : { reason: 'not-a-repository', path: cwd }
}

const isNoRepository = (failure: Failure): boolean => failure.reason === 'git-failed' && failure.detail.includes('not a git repository')

/** The branch that a run brings its work to, and where it is. @param configured null: the one that is checked out */
export async function startingBranch(
  git: Git,
  root: string,
  configured: string | null,
): Promise<Result<{ branch: string; tip: CommitId }, Failure>> {
  const branch = configured === null ? await checkedOut(git, root) : ok(configured)
  if (!branch.ok) return branch
  const doing = `look up the branch ${branch.value}`
  const args = ['rev-parse', '--verify', '--quiet', `refs/heads/${branch.value}^{commit}`]
  const tip = await git.run({ doing, args, cwd: root, exits: [0, 1] })
  if (!tip.ok) return tip
  if (tip.value.exitCode === 0) return ok({ branch: branch.value, tip: tip.value.stdout.trim() })
  if (configured === null) return err({ reason: 'no-commits' })
  const any = await git.run({ doing, args: ['rev-list', '--max-count=1', '--all'], cwd: root })
  if (!any.ok) return any
  return err(any.value.stdout === '' ? { reason: 'no-commits' } : { reason: 'branch-missing', branch: configured })
}

async function checkedOut(git: Git, root: string): Promise<Result<string, Failure>> {
  const head = await git.run({ doing: 'read HEAD', args: ['symbolic-ref', '--quiet', 'HEAD'], cwd: root, exits: [0, 1] })
  if (!head.ok) return head
  const [, branch] = /^refs\/heads\/(.+)$/.exec(head.value.stdout.trim()) ?? []
  return branch === undefined ? err({ reason: 'detached-head' }) : ok(branch)
}

const pattern = '/.orch/'

/** Keeps orch's own folder out of git without touching a file that the person has in git. */
export function ensureExcluded(commonDir: string): Promise<Result<void, Failure>> {
  const path = join(commonDir, 'info', 'exclude')
  return withFiles('keep .orch out of git', path, async () => {
    const text = (await textOf(path)) ?? ''
    if (text.split(/\r?\n/).some((entry) => entry.trim() === pattern)) return
    await mkdir(join(commonDir, 'info'), { recursive: true })
    const separator = text === '' || text.endsWith('\n') ? '' : '\n'
    await writeFile(path, `${separator}${pattern}\n`, { flag: 'a' })
  })
}
