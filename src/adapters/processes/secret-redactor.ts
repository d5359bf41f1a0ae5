import { isSecretName } from '../../core/secret-name.js'

/** Takes every known secret out of a text before it is written or shown. */
export interface Redactor {
  redact(text: string): string
  /** Length of the longest secret in characters: how much of an unfinished text must be held back. */
  readonly longest: number
}

/** Shorter values are too likely to be ordinary words. */
const shortest = 8

/** Knows the values of the variables whose names say that they are secret, as they stand and as they stand inside JSON. */
export function secretRedactor(...environments: readonly Readonly<Record<string, string | undefined>>[]): Redactor {
  const values = new Set<string>()
  for (const [name, value] of environments.flatMap((e) => Object.entries(e)))
    if (value !== undefined && value.length >= shortest && isSecretName(name)) {
      values.add(value)
      values.add(JSON.stringify(value).slice(1, -1))
    }
  // The longest first: a secret that begins with another one must go as a whole.
  const secrets = [...values].sort((a, b) => b.length - a.length)
  if (secrets.length === 0) return { redact: (text) => text, longest: 0 }
  const pattern = new RegExp(secrets.map((s) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g')
  return { redact: (text) => text.replace(pattern, '***'), longest: secrets[0]?.length ?? 0 }
}
