import { z } from 'zod'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import type { AskForge, Forge, OpenRequest, RequestText } from './forge.js'

/** https://docs.gitlab.com/api/merge_requests/; only what is needed of each answer. */
const request = z.object({ iid: z.number(), web_url: z.string() })
const drafted = z.object({ draft: z.boolean() })
const statuses = z.array(z.object({ name: z.string(), status: z.string(), allow_failure: z.boolean().optional() }))

/** Merge requests of a project on GitLab. @param path groups and name */
export function gitLab(ask: AskForge, path: string): Forge {
  const project = `projects/${encodeURIComponent(path)}`
  const textOf = ({ title, body, draft }: RequestText) => ({ title: draft ? `Draft: ${title}` : title, description: body })
  return {
    find: async (head) => {
      const query = `state=opened&source_branch=${encodeURIComponent(head)}`
      const found = await ask('look for merge requests', 'GET', `${project}/merge_requests?${query}`)
      const read = z.array(request).safeParse(found.ok ? found.value : null)
      if (!found.ok) return found
      if (!read.success) return unreadable
      return ok(read.data[0] === undefined ? null : opened(read.data[0]))
    },
    create: ({ head, base }, text) =>
      one(ask('open a merge request', 'POST', `${project}/merge_requests`, { source_branch: head, target_branch: base, ...textOf(text) })),
    update: async ({ number }, base, text) => {
      const path = `${project}/merge_requests/${number}`
      // GitLab has it in the title, so a new title without it would declare a draft ready.
      const now = await ask('look at the merge request', 'GET', path)
      if (!now.ok) return now
      const draft = drafted.safeParse(now.value).data?.draft ?? text.draft
      return one(ask('update the merge request', 'PUT', path, { target_branch: base, ...textOf({ ...text, draft }) }))
    },
    checksOf: async (commit) => {
      const told = await ask(
        'look at the checks of the merge request',
        'GET',
        `${project}/repository/commits/${commit}/statuses?per_page=100`,
      )
      if (!told.ok) return told
      const read = statuses.safeParse(told.value)
      if (!read.success) return unreadable
      const those = (states: readonly string[]) => read.data.filter(({ status }) => states.includes(status)).map(({ name }) => name)
      const failed = read.data.filter(({ status, allow_failure }) => ['failed', 'canceled'].includes(status) && allow_failure !== true)
      const pending = ['created', 'pending', 'running', 'waiting_for_resource', 'preparing', 'scheduled']
      return ok({ passed: those(['success', 'skipped']), failed: failed.map(({ name }) => name), pending: those(pending) })
    },
  }
}

const opened = ({ iid, web_url }: z.infer<typeof request>): OpenRequest => ({ number: iid, url: web_url })

const unreadable = err({ reason: 'forge-failed', doing: 'read the answer', detail: 'it has an unknown shape' } as const)

async function one(asked: Promise<Result<unknown, Failure>>): Promise<Result<OpenRequest, Failure>> {
  const answer = await asked
  const read = request.safeParse(answer.ok ? answer.value : null)
  if (!answer.ok) return answer
  return read.success ? ok(opened(read.data)) : unreadable
}
