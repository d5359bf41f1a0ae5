import { z } from 'zod'
import { defaultAccount } from '../../core/account.js'
import type { RecordedFact } from '../../core/fact.js'
import { err, ok, type Result } from '../../core/result.js'

/** What a facts file holds. */
export interface FactsText {
  /** Without those that were known. */
  readonly facts: readonly RecordedFact[]
  /** Up to the end of the last whole line. */
  readonly wholeBytes: number
  /** After it: the beginning of a line that was being written when the power went; 0 in general. */
  readonly tornBytes: number
}

const recorded = z.compile(z.looseObject({ seq: z.number().int().min(1), at: z.string(), run: z.string(), type: z.string() }))

/** What facts of an older orch, which knew one account only, do not say. */
const absent: Readonly<Record<string, object>> = {
  'attempt-started': { account: defaultAccount, model: null },
  'review-started': { account: defaultAccount, model: null, resumes: false },
  'review-interrupted': { anew: true },
  'limit-hit': { account: defaultAccount },
  'limit-lifted': { account: defaultAccount },
}

const newline = 0x0a

/** What can be read of a facts file, however damaged it is. */
export interface SalvagedFacts extends FactsText {
  readonly lost: readonly LostLine[]
  /** How many of them stand behind the last fact that can be read. */
  readonly lostAtEnd: number
}

/** A line in the middle that is no fact, or not the next one. */
export interface LostLine {
  /** From 1. */
  readonly line: number
  readonly why: 'damaged' | 'out of order'
}

/**
 * Splits a facts file into facts; the error says which line is damaged. Damage in the last line only is a torn write.
 * @param known up to this number facts are looked at and not kept
 */
export function parseFacts(bytes: Buffer, known = 0): Result<FactsText, string> {
  const { lost, facts, wholeBytes, tornBytes } = salvageFacts(bytes, known)
  const [first] = lost
  return first === undefined ? ok({ facts, wholeBytes, tornBytes }) : err(`line ${first.line} is ${first.why}`)
}

/** Reads every fact that can be read. @param known as of `parseFacts` */
export function salvageFacts(bytes: Buffer, known = 0): SalvagedFacts {
  const facts: RecordedFact[] = []
  const lost: LostLine[] = []
  let [at, last, lostAtEnd] = [0, 0, 0]
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(newline, at)
    if (end === -1) break
    const fact = parseFact(bytes.toString('utf8', at, end))
    if (fact === null && end === bytes.length - 1) break
    if (fact === null || fact.seq <= last) lost.push({ line, why: fact === null ? 'damaged' : 'out of order' })
    else if (fact.seq > known) facts.push(fact)
    last = Math.max(last, fact?.seq ?? 0)
    lostAtEnd = lost.at(-1)?.line === line ? lostAtEnd + 1 : 0
    at = end + 1
  }
  return { facts, wholeBytes: at, tornBytes: bytes.length - at, lost, lostAtEnd }
}

function parseFact(line: string): RecordedFact | null {
  try {
    const said: unknown = JSON.parse(line)
    return recorded.validate(said) ? (withAbsent(said) as unknown as RecordedFact) : null
  } catch {
    return null
  }
}

/** What the line says comes first, and as it says it: written again it is the same line. */
function withAbsent(said: z.infer<typeof recorded>): object {
  const more = absent[said.type]
  return more === undefined || Object.keys(more).every((key) => key in said) ? said : { ...said, ...more, ...said }
}
