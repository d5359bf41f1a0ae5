import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { projectRoot } from '../../support/build.js'
import { type Ended, type Launched, launch } from '../../support/launch.js'
import { milestoneText } from '../../support/milestone-text.js'
import type { Rig } from '../../support/rig.js'

/** How a session of the understudy is asked for. */
export interface Call {
  readonly task?: string
  readonly step?: string
  readonly attempt?: number
  readonly round?: number
  readonly session?: string
  readonly resume?: string
  readonly prompt?: string
  /** Put into a milestone, in place of `prompt`. */
  readonly script?: string
  readonly criteria?: readonly string[]
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** One line of the stream, as far as tests look into it. */
export interface Line {
  readonly type: string
  readonly subtype?: string
  readonly is_error?: boolean
  readonly [key: string]: unknown
}

export interface Played extends Ended {
  readonly session: string
  readonly lines: readonly Line[]
  readonly result: Line | undefined
}

const program = join(projectRoot, 'bin', 'understudy.js')

/** Starts a session in the rig's repository, with the flags that orch gives. */
export function begin(rig: Rig, call: Call = {}): Launched & { session: string } {
  const session = call.resume ?? call.session ?? randomUUID()
  const identity = call.resume === undefined ? ['--session-id', session] : ['--resume', session]
  const role = {
    ORCH_RUN: 'run-1',
    ORCH_TASK: call.task ?? '1A',
    ORCH_STEP: call.step ?? 'implement',
    ...(call.round === undefined ? { ORCH_ATTEMPT: String(call.attempt ?? 1) } : { ORCH_ROUND: String(call.round) }),
  }
  const launched = launch(program, ['-p', '--output-format', 'stream-json', '--verbose', ...identity, ...(call.flags ?? [])], {
    cwd: rig.repo,
    env: { ...rig.env, ...role, ...call.env },
    timeout: 30_000,
    input: call.prompt ?? promptFor(call),
  })
  return { ...launched, session }
}

/** Plays a session to its end. */
export async function play(rig: Rig, call: Call = {}): Promise<Played> {
  const { ended, session } = begin(rig, call)
  const end = await ended
  const lines = readLines(end.stdout)
  return { ...end, session, lines, result: lines.findLast((line) => line.type === 'result') }
}

export const readLines = (stdout: string): Line[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)

function promptFor({ task = '1A', script, criteria }: Call): string {
  const parts = { ...(script === undefined ? {} : { script }), ...(criteria === undefined ? {} : { criteria }) }
  return `You carry out one milestone.\n\n${milestoneText(task, parts)}\nDo not run git.\n`
}

/** The structured answer of a review. */
export interface Answer {
  readonly verdict: string
  readonly summary: string
  readonly criteria: readonly { n: number; met: boolean; evidence: string; file: string | null }[]
  readonly findings: readonly { severity: string; file: string | null; line: number | null; title: string; detail: string }[]
}

export const review = (rig: Rig, call: Call): Promise<Played> =>
  play(rig, { step: 'review', round: 1, flags: ['--json-schema', '{"type":"object"}'], ...call })

export const answer = (played: Played): Answer => played.result?.['structured_output'] as Answer
