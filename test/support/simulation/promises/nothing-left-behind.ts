import { type Kept, together } from './promise.js'

/** When orch ends in an orderly way, everything that it started has ended. */
const allHasEnded: Kept = ({ evidence, outcome }) => {
  if (outcome.kind === 'killed' || outcome.kind === 'stuck' || outcome.kind === 'endless') return []
  const sessions = evidence.program.running.map((i) => `${i.task} ${i.step} still runs`)
  return evidence.commandsRunning > 0 ? [...sessions, 'a command still runs'] : sessions
}

/** What an orch that was killed left running is ended before anything new starts. */
const survivorsAreEnded: Kept = ({ starts }) =>
  starts.flatMap((s) => s.survivors.map((other) => `${s.task} ${s.step} began while ${other} of an earlier orch still ran`))

/** Never more sessions at once than asked for. */
const asWideAsAsked: Kept = ({ starts }) => starts.flatMap((s) => (s.atOnce <= s.most ? [] : [`${s.atOnce} sessions at once`]))

/** Every process that orch started ends with it or is found again. */
export const nothingLeftBehind = together(allHasEnded, survivorsAreEnded, asWideAsAsked)
