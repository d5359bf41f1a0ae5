import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import type { GitAnswer } from './git.js'
import type { Environment } from './git-environment.js'

/** Who signs commits where git knows nobody. */
const nobody = { name: 'orch', email: 'orch@localhost' }

const roles = ['author', 'committer'] as const

/**
 * The person's identity as git would find it, for commits made where their configuration is not read.
 * @param answer of `git config -z --get-regexp` for names and addresses
 */
export function identityFrom(
  answer: Result<GitAnswer, Failure>,
  environment: Environment,
): Result<Readonly<Record<string, string>>, Failure> {
  if (!answer.ok) return answer
  const entries = answer.value.stdout
    .split('\0')
    .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry.slice(entry.indexOf('\n') + 1)])
  const config = new Map(entries.map(([key, value]) => [key?.toLowerCase(), value]))
  const variables: Record<string, string> = {}
  for (const role of roles) {
    const upper = `GIT_${role.toUpperCase()}`
    const name = environment[`${upper}_NAME`] ?? config.get(`${role}.name`) ?? config.get('user.name')
    const email = environment[`${upper}_EMAIL`] ?? config.get(`${role}.email`) ?? config.get('user.email')
    const known = name !== undefined && name !== '' && email !== undefined && email !== ''
    variables[`${upper}_NAME`] = known ? name : nobody.name
    variables[`${upper}_EMAIL`] = known ? email : nobody.email
  }
  return ok(variables)
}

/** Whether git knows who commits; otherwise a name may still be given while a run lasts. */
export const isSomebody = (variables: Readonly<Record<string, string>>): boolean =>
  roles.every((role) => variables[`GIT_${role.toUpperCase()}_EMAIL`] !== nobody.email)
