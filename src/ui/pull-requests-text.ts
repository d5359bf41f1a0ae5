import { harmless, oneLine } from './harmless.js'

/** Pull requests of a stage as they are told. */
export interface ToldRequests {
  readonly stage: number
  readonly remote: { readonly name: string } | null
  readonly address: { readonly host: string; readonly path: string } | null
  readonly base: string
  readonly requests: readonly {
    readonly task: string | null
    readonly head: string
    readonly commit: string
    readonly title: string
    readonly body: string
    readonly bodyFile: string
  }[]
  /** Null: nothing was published, the texts are wanted. */
  readonly published: readonly { readonly task: string | null; readonly number: number; readonly url: string }[] | null
}

/** What was published; else each text and the commands that publish it by hand. */
export function pullRequestsText(told: ToldRequests): string {
  if (told.published !== null) return told.published.map(({ task, url }) => `${task ?? `stage ${told.stage}`}: ${oneLine(url)}`).join('\n')
  return told.requests.map((request) => `# ${oneLine(request.title)}\n\n${harmless(request.body)}\n${commands(told, request)}`).join('\n\n')
}

function commands({ remote, address, base }: ToldRequests, { head, commit, title, bodyFile }: ToldRequests['requests'][number]): string {
  const push = `git push ${quoted(remote?.name ?? 'origin')} ${commit}:refs/heads/${head}`
  const isGitLab = address?.host.includes('gitlab') === true
  const open = isGitLab
    ? `glab mr create --source-branch ${head} --target-branch ${quoted(base)} --title ${quoted(title)} --description "$(cat ${quoted(bodyFile)})"`
    : `gh pr create --head ${head} --base ${quoted(base)} --title ${quoted(title)} --body-file ${quoted(bodyFile)}`
  return `To publish it by hand:\n  ${push}\n  ${open}`
}

/** For a POSIX shell. */
const quoted = (text: string): string => (/^[\w./:=@%+-]+$/.test(text) ? text : `'${oneLine(text).replaceAll("'", "'\\''")}'`)
