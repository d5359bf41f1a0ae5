import type { SessionStep } from '../../core/session.js'
import type { Brief } from './brief.js'
import type { Action, ReviewEntry, Script } from './script.js'

/** What the understudy plays in one session: actions in order, then, as a reviewer, an answer. */
export interface Part {
  /** Its place in the script, by which its one-time actions are remembered. */
  readonly name: string
  readonly actions: readonly Action[]
  /** Null where the default answer is given, and for those who do not review. */
  readonly review: ReviewEntry | null
}

/** The script's part for a step, or the default. `entry` counts the rounds from 0. */
export function choosePart(scripts: readonly Script[], role: { step: SessionStep; task: string; entry: number; brief: Brief }): Part {
  const { step, entry } = role
  const script = role.task.startsWith('stage-') ? stageScript(scripts) : (scripts[0] ?? {})
  switch (step) {
    case 'implement':
      return { name: step, actions: script.implement ?? defaultImplement(role), review: null }
    case 'remediate':
      return { name: nameOf(step, script.remediate, entry), actions: nth(script.remediate, entry) ?? defaultRemediate(role), review: null }
    case 'resolve':
      return { name: step, actions: script.resolve ?? [{ kind: 'keep', keep: 'both' }], review: null }
    case 'review': {
      const review = nth(script.review, entry) ?? null
      return { name: nameOf(step, script.review, entry), actions: review?.before ?? [], review }
    }
  }
}

/** The whole of a stage has no script of its own: the first milestone that says something of the stage speaks for it. */
const stageScript = (scripts: readonly Script[]): Script => ({
  remediate: scripts.find((s) => s.stage?.remediate !== undefined)?.stage?.remediate,
  review: scripts.find((s) => s.stage?.review !== undefined)?.stage?.review,
})

/** The last round repeats. */
const lastOr = (rounds: readonly unknown[], entry: number): number => Math.min(entry, rounds.length - 1)

const nameOf = (step: SessionStep, rounds: readonly unknown[] | undefined, entry: number): string =>
  `${step}[${lastOr(rounds ?? [], entry)}]`

const nth = <T>(rounds: readonly T[] | undefined, entry: number): T | undefined => rounds?.[lastOr(rounds, entry)]

const fileOf = (task: string): string => `rehearsal/${task}.md`

function defaultImplement({ task, brief }: { task: string; brief: Brief }): Action[] {
  const criteria = brief.criteria.map((text, i) => `${i + 1}. ${text}\n`).join('')
  const heading = `# ${task}${brief.title === null ? '' : `: ${brief.title}`}\n\nRehearsed by the understudy: nothing was built.\n`
  return [{ kind: 'write', write: fileOf(task), text: `${heading}${criteria === '' ? '' : `\nExit criteria:\n\n${criteria}`}` }]
}

const defaultRemediate = ({ task, entry }: { task: string; entry: number }): Action[] => [
  { kind: 'append', append: fileOf(task), text: `\nRemediation ${entry + 1}: looked at again.\n` },
]
