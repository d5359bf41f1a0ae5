import { askByProgram, type ForgeProgram, isLoggedIn } from '../adapters/forge/ask-by-program.js'
import { askByToken } from '../adapters/forge/ask-by-token.js'
import type { Forge } from '../adapters/forge/forge.js'
import { gitHub } from '../adapters/forge/github.js'
import { gitLab } from '../adapters/forge/gitlab.js'
import type { RemoteAddress } from '../adapters/forge/remote-address.js'
import type { Failure } from '../core/failure.js'
import { err, ok, type Result } from '../core/result.js'
import type { Project } from './project.js'

type Kind = 'github' | 'gitlab'

/** What the host is by its name; another one is GitHub's unless only glab has a login for it. */
const kindsOf = (host: string): readonly Kind[] =>
  /gitlab/.test(host) ? ['gitlab'] : /github/.test(host) ? ['github'] : ['github', 'gitlab']

const programs = { github: 'gh', gitlab: 'glab' } as const
const forges = { github: gitHub, gitlab: gitLab } as const

/** Access to where the pull requests of a repository live: by gh or glab if it has a login there, else by a token of the environment. */
export async function openForge(project: Project, { host, path }: RemoteAddress, stop: AbortSignal): Promise<Result<Forge, Failure>> {
  const { env } = project.surroundings
  for (const kind of kindsOf(host)) {
    const program: ForgeProgram = { name: programs[kind], host, cwd: project.root, env, stop }
    if (await isLoggedIn(program)) return ok(forges[kind](askByProgram(program), path))
  }
  for (const kind of kindsOf(host)) {
    const access = kind === 'github' ? gitHubAccess(host, env) : gitLabAccess(host, env)
    if (access !== null) return ok(forges[kind](askByToken({ ...access, stop }), path))
  }
  return err({ reason: 'forge-unreachable', host })
}

type Environment = Project['surroundings']['env']

/** The names that gh knows as well: a token for github.com is sent nowhere else, unless the environment says where the interface is. */
function gitHubAccess(host: string, env: Environment) {
  const given = env['GITHUB_API_URL']
  const isOwn = host === 'github.com' || given !== undefined
  const token = isOwn ? (env['GH_TOKEN'] ?? env['GITHUB_TOKEN']) : (env['GH_ENTERPRISE_TOKEN'] ?? env['GITHUB_ENTERPRISE_TOKEN'])
  if (token === undefined || token === '') return null
  const base = given ?? (host === 'github.com' ? 'https://api.github.com' : `https://${host}/api/v3`)
  const headers = { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' }
  return { base, headers }
}

function gitLabAccess(host: string, env: Environment) {
  const token = env['GITLAB_TOKEN']
  // Told apart by name only: the token is for the host that glab would use.
  const isItsHost = host === (env['GITLAB_HOST'] ?? 'gitlab.com').replace(/^https?:\/\//, '')
  return token === undefined || token === '' || !isItsHost ? null : { base: `https://${host}/api/v4`, headers: { 'private-token': token } }
}
