import { CLIError } from '@oclif/core/errors'
import { boolean, custom, integer, string } from '@oclif/core/flags'

/** Flags that every command knows which reads a project. */
export const projectFlags = {
  config: string({
    description: 'config file to use in place of .orchestratorrc.json',
    env: 'ORCHESTRATOR_CONFIG',
    helpValue: 'FILE',
  }),
}

/** Of the commands that print data. */
export const jsonFlag = { json: boolean({ description: 'print JSON on stdout, for programs', default: false }) }

/** Flags that choose a part of the plan. */
export const selectionFlags = {
  stage: integer({
    description: 'only this stage; may be given several times',
    multiple: true,
    multipleNonGreedy: true,
    min: 1,
    helpValue: 'N',
  }),
  milestone: string({
    description: 'only this milestone; may be given several times',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'ID',
  }),
}

/** A number of US dollars above 0. */
const dollarsFlag = custom<number>({
  parse: async (input) => {
    const usd = Number(input.replace(/^\$/, ''))
    if (!Number.isFinite(usd) || usd <= 0) throw new CLIError(`Expected a number of US dollars above 0 but received: ${input}`)
    return Promise.resolve(usd)
  },
})

/** A duration above 0, in milliseconds. */
const durationFlag = custom<number>({
  parse: async (input) => {
    const { readDuration } = await import('../compose/duration.js')
    const ms = readDuration(input)
    if (ms === null || ms === 0) throw new CLIError(`Expected a duration like 30m or 2h but received: ${input}`)
    return ms
  },
})

/** What a person says to a decision of theirs. */
export const noteFlag = {
  note: string({ description: 'why, for TASKS.md and the merge commit', helpValue: 'TEXT' }),
}

/** A note without the space around it; null: none was given. */
export function noteOf({ note }: { readonly note?: string | undefined }): string | null {
  const said = note?.trim() ?? ''
  return said === '' ? null : said
}

/** Flags that say how a run is carried out. */
export const carryOutFlags = {
  concurrency: integer({ description: 'tasks at a time', min: 1, helpValue: 'N' }),
  'budget-usd': dollarsFlag({ description: 'the most that the whole run may cost; then it pauses with status 3', helpValue: 'USD' }),
  'max-duration': durationFlag({ description: 'how long sessions may be at work in all, like 2h; then it pauses', helpValue: 'TIME' }),
  'no-wait': boolean({ description: 'do not wait for a limit: save, and exit with status 3', default: false }),
}

/** Flags of the commands that go on with a run. */
export const resumeFlags = { ...carryOutFlags, ...projectFlags, ...jsonFlag }

/** As they were given. */
export interface ResumeFlags {
  readonly config?: string | undefined
  readonly json: boolean
  readonly concurrency?: number | undefined
  readonly 'no-wait': boolean
  readonly 'budget-usd'?: number | undefined
  readonly 'max-duration'?: number | undefined
}
