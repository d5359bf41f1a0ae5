import { z } from 'zod'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import type { AskForge, Forge, OpenRequest, RemoteChecks, RequestText } from './forge.js'

/** https://docs.github.com/en/rest/pulls/pulls, version 2022-11-28; only what is needed of each answer. */
const pull = z.object({ number: z.number(), html_url: z.string() })
const runs = z.object({ check_runs: z.array(z.object({ name: z.string(), status: z.string(), conclusion: z.string().nullable() })) })
const statuses = z.object({ statuses: z.array(z.object({ context: z.string(), state: z.string() })) })
const branch = z.object({
  protection: z.object({ required_status_checks: z.object({ contexts: z.array(z.string()) }).optional() }).optional(),
})
const rules = z.array(
  z.looseObject({ parameters: z.object({ required_status_checks: z.array(z.object({ context: z.string() })).optional() }).optional() }),
)

/** More of it is refused, in characters. */
const longestBody = 65_536

/** Pull requests of a repository on GitHub. @param path `owner/name` */
export function gitHub(ask: AskForge, path: string): Forge {
  const repo = `repos/${path.split('/').map(encodeURIComponent).join('/')}`
  const [owner = ''] = path.split('/')
  const one = async (answer: Promise<Result<unknown, Failure>>): Promise<Result<OpenRequest, Failure>> => {
    const read = await as(pull, answer)
    return read.ok ? ok(opened(read.value)) : read
  }
  const textOf = ({ title, body }: RequestText) => ({ title, body: cut(body) })
  return {
    find: async (head) => {
      const query = `state=open&per_page=10&head=${encodeURIComponent(`${owner}:${head}`)}`
      const found = await as(z.array(pull), ask('look for pull requests', 'GET', `${repo}/pulls?${query}`))
      return found.ok ? ok(found.value[0] === undefined ? null : opened(found.value[0])) : found
    },
    create: (branches, text) =>
      one(ask('open a pull request', 'POST', `${repo}/pulls`, { ...branches, ...textOf(text), draft: text.draft })),
    update: ({ number }, base, text) => one(ask('update the pull request', 'PATCH', `${repo}/pulls/${number}`, { base, ...textOf(text) })),
    checksOf: async (commit, base) => {
      const doing = 'look at the checks of the pull request'
      const ran = await as(runs, ask(doing, 'GET', `${repo}/commits/${commit}/check-runs?per_page=100`))
      if (!ran.ok) return ran
      const told = await as(statuses, ask(doing, 'GET', `${repo}/commits/${commit}/status?per_page=100`))
      if (!told.ok) return told
      const states = new Map([
        ...ran.value.check_runs.map((run) => [run.name, stateOfRun(run)] as const),
        ...told.value.statuses.map((status) => [status.context, stateOfStatus(status.state)] as const),
      ])
      return ok(summed(states, await required(ask, repo, base)))
    },
  }
}

const opened = ({ number, html_url }: z.infer<typeof pull>): OpenRequest => ({ number, url: html_url })

const cut = (body: string): string => (body.length <= longestBody ? body : `${body.slice(0, longestBody - 20)}\n\n… (cut off)\n`)

type CheckState = keyof RemoteChecks

const stateOfRun = ({ status, conclusion }: { status: string; conclusion: string | null }): CheckState =>
  status !== 'completed' ? 'pending' : ['success', 'neutral', 'skipped'].includes(conclusion ?? '') ? 'passed' : 'failed'

const stateOfStatus = (state: string): CheckState => (state === 'success' ? 'passed' : state === 'pending' ? 'pending' : 'failed')

/** What a branch's protection and its rules demand; who may not see them is told of none. */
async function required(ask: AskForge, repo: string, base: string): Promise<readonly string[]> {
  const doing = 'see which checks are required'
  const name = encodeURIComponent(base)
  const protectedBy = await as(branch, ask(doing, 'GET', `${repo}/branches/${name}`))
  const ruled = await as(rules, ask(doing, 'GET', `${repo}/rules/branches/${name}`))
  return [
    ...(protectedBy.ok ? (protectedBy.value.protection?.required_status_checks?.contexts ?? []) : []),
    ...(ruled.ok ? ruled.value.flatMap((rule) => rule.parameters?.required_status_checks?.map((check) => check.context) ?? []) : []),
  ]
}

function summed(states: ReadonlyMap<string, CheckState>, wanted: readonly string[]): RemoteChecks {
  const names = wanted.length === 0 ? [...states.keys()] : [...new Set(wanted)]
  const those = (state: CheckState) => names.filter((name) => (states.get(name) ?? 'pending') === state)
  return { passed: those('passed'), failed: those('failed'), pending: those('pending') }
}

async function as<T>(shape: z.ZodType<T>, asked: Promise<Result<unknown, Failure>>): Promise<Result<T, Failure>> {
  const answer = await asked
  if (!answer.ok) return answer
  const read = shape.safeParse(answer.value)
  if (read.success) return ok(read.data)
  return err({ reason: 'forge-failed', doing: 'read the answer', detail: read.error.issues[0]?.message ?? 'it has an unknown shape' })
}
