import { isSecretName } from '../../core/secret-name.js'
import { searchFor } from './byte-search.js'

/** Takes every known secret out of a text before it is written or shown. */
export interface Redactor {
  redact(text: string): string
  /** Whether bytes that will be read as UTF-8 hold anything to take out. Cheap: what holds nothing need not be made a text. */
  isNeededFor(bytes: Uint8Array): boolean
  /** Length of the longest secret in characters: how much of an unfinished text must be held back. */
  readonly longest: number
}

/** Shorter values are too likely to be ordinary words. */
const shortest = 8
/** What bytes that are no text are read as: a value that holds it may stand for any of them. */
const noText = '\ufffd'

/** Knows the values of the variables whose names say that they are secret, as they stand, as they stand inside JSON, and inside JSON that JSON holds: a file of settings that an agent has read. */
export function secretRedactor(...environments: readonly Readonly<Record<string, string | undefined>>[]): Redactor {
  const values = new Set<string>()
  for (const [name, value] of environments.flatMap((e) => Object.entries(e)))
    if (value !== undefined && value.length >= shortest && isSecretName(name)) {
      values.add(value)
      values.add(inJson(value))
      values.add(inJson(inJson(value)))
    }
  // The longest first: a secret that begins with another one must go as a whole.
  const secrets = [...values].sort((a, b) => b.length - a.length)
  if (secrets.length === 0) return { redact: (text) => text, isNeededFor: () => false, longest: 0 }
  const pattern = new RegExp(secrets.map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g')
  const isNeededFor = secrets.some((s) => s.includes(noText)) ? () => true : searchFor(secrets.map((s) => Buffer.from(s)))
  return { redact: (text) => text.replace(pattern, '***'), isNeededFor, longest: secrets[0]?.length ?? 0 }
}

const inJson = (text: string): string => JSON.stringify(text).slice(1, -1)
