import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import type { Git } from './git.js'

/** Works also where nobody ever told git who they are. */
const signed = {
  GIT_AUTHOR_NAME: 'orch',
  GIT_AUTHOR_EMAIL: 'orch@localhost',
  GIT_COMMITTER_NAME: 'orch',
  GIT_COMMITTER_EMAIL: 'orch@localhost',
}

/** Makes a repository of a folder, everything in it the first commit on `main`. */
export async function createRepository(git: Git, folder: string, message: string): Promise<Result<void, Failure>> {
  const doing = `make a repository in ${folder}`
  const made = await git.run({ doing, args: ['init', '--quiet', '--initial-branch=main'], cwd: folder })
  if (!made.ok) return made
  const added = await git.run({ doing, args: ['add', '--all'], cwd: folder })
  if (!added.ok) return added
  const committed = await git.run({ doing, args: ['commit', '--quiet', '-m', message], cwd: folder, env: signed })
  return committed.ok ? ok(undefined) : committed
}

/** What came to the branch itself, one line for each commit, the newest first. */
export async function firstParentsOf(git: Git, folder: string): Promise<Result<string, Failure>> {
  const log = await git.run({ doing: 'show the history', args: ['log', '--first-parent', '--format=  %h %s'], cwd: folder })
  return log.ok ? ok(log.value.stdout.trimEnd()) : log
}
