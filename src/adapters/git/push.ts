import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import { line, type Site } from './site.js'

/** A remote as a branch is published on it. */
export interface Remote {
  readonly name: string
  /** As the config says it, before any rewriting. */
  readonly url: string
  /** What the branch is called there. */
  readonly base: string
}

/** The remote that a branch follows, else `origin`, else the only one; null: there is none, or it is open which. */
export async function remoteOf(site: Site, branch: string): Promise<Result<Remote | null, Failure>> {
  const names = await line(site.inRepository({ doing: 'list the remotes', args: ['remote'] }))
  if (!names.ok) return names
  const known = names.value.split('\n').filter((name) => name !== '')
  const followed = await setting(site, `branch.${branch}.remote`)
  const name = [followed, 'origin', known.length === 1 ? known[0] : undefined].find((one) => one !== undefined && known.includes(one))
  const url = name === undefined ? '' : await setting(site, `remote.${name}.url`)
  if (name === undefined || url === '') return ok(null)
  const merge = name === followed ? await setting(site, `branch.${branch}.merge`) : ''
  return ok({ name, url, base: merge.replace(/^refs\/heads\//, '') || branch })
}

/** Empty: it is not set. */
async function setting(site: Site, key: string): Promise<string> {
  const value = await line(site.inRepository({ doing: `read ${key}`, args: ['config', '--get', key], exits: [0, 1] }))
  return value.ok ? value.value : ''
}

/** An ordinary push of one of orch's own branches: never forced, no hook of the repository, no tag along. */
export async function push(site: Site, remote: string, to: { branch: string; commit: CommitId }): Promise<Result<void, Failure>> {
  if (!to.branch.startsWith('orch/')) throw new Error(`Internal error: ${to.branch} is no branch of orch's`)
  const doing = `push ${to.branch} to ${remote}`
  const args = ['push', '--quiet', '--no-follow-tags', '--no-verify', remote, `${to.commit}:refs/heads/${to.branch}`]
  const pushed = await site.git.inTurn(() => site.inRepository({ doing, args, reachesOut: true }))
  if (pushed.ok) {
    site.ownMoves.set(`refs/remotes/${remote}/${to.branch}`, to.commit)
    return ok(undefined)
  }
  const detail = pushed.error.reason === 'git-failed' ? withoutLogins(pushed.error.detail) : pushed.error.reason
  return err(pushed.error.reason === 'interrupted' ? pushed.error : { reason: 'forge-failed', doing, detail })
}

/** A URL may hold a password, and git repeats it. */
const withoutLogins = (text: string): string => text.replace(/\/\/[^/\s@]+@/g, '//')
