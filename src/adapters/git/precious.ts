import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { writeDurably } from './durable-text.js'
import type { Git } from './git.js'
import { withFiles } from './git-failure.js'
import { textOf } from './place.js'

/** Where the repository's config is, and the file that remembers what it said before (`.orch/precious.json`). */
export interface Preciousness {
  readonly commonDir: string
  readonly memory: string
}

/** As the config said it; null: it did not say. */
interface Before {
  readonly format: string | null
  readonly precious: string | null
}

const formatKey = 'core.repositoryformatversion'
const preciousKey = 'extensions.preciousObjects'
/** Those that mean the same whichever version the repository says it has. */
const known = /^extensions\.(noop|preciousobjects|partialclone|worktreeconfig)$/

/**
 * Forbids git to throw away objects for the length of a run: one agent's `git gc --prune=now` breaks the others' commits.
 * What the config said before is remembered on disk first; a memory that a crash left there is kept.
 */
export function holdPrecious(git: Git, at: Preciousness): Promise<Result<void, Failure>> {
  return git.inTurn(async () => {
    const before = await remembered(at)
    const now = await settings(git, at)
    if (!now.ok) return now
    const noted = before === null ? await remember(now.value, at) : ok(undefined)
    if (!noted.ok) return noted
    const held = await setKey(git, at, { now: now.value, key: preciousKey, value: 'true' })
    if (!held.ok || !mayBeStrict(now.value)) return held
    return setKey(git, at, { now: now.value, key: formatKey, value: '1' })
  })
}

/** Puts the config back as it was. Also right after a crash, and when nothing is held. */
export function releasePrecious(git: Git, at: Preciousness): Promise<Result<void, Failure>> {
  return git.inTurn(async () => {
    const before = await remembered(at)
    if (before === null) return ok(undefined)
    const now = await settings(git, at)
    if (!now.ok) return now
    const format = await setKey(git, at, { now: now.value, key: formatKey, value: before.format })
    if (!format.ok) return format
    const precious = await setKey(git, at, { now: now.value, key: preciousKey, value: before.precious })
    if (!precious.ok) return precious
    return withFiles('forget the old config', at.memory, () => rm(at.memory, { force: true }))
  })
}

async function remembered(at: Preciousness): Promise<Before | null> {
  const text = await textOf(at.memory)
  if (text === null) return null
  try {
    const { format, precious } = JSON.parse(text) as Partial<Before>
    return { format: typeof format === 'string' ? format : null, precious: typeof precious === 'string' ? precious : null }
  } catch {
    // Cut off while it was written: then nothing has been changed yet.
    return null
  }
}

function remember(now: Settings, at: Preciousness): Promise<Result<void, Failure>> {
  const before: Before = { format: valueIn(now, formatKey), precious: valueIn(now, preciousKey) }
  return withFiles('remember the config', at.memory, async () => {
    await mkdir(dirname(at.memory), { recursive: true })
    await writeDurably(at.memory, `${JSON.stringify(before)}\n`)
  })
}

/** A repository that calls itself version 0 may carry extensions which git ignores there and refuses in version 1. */
const mayBeStrict = (now: Settings): boolean =>
  valueIn(now, formatKey) === '1' || [...now.keys()].every((name) => !name.startsWith('extensions.') || known.test(name))

/** The repository's own config: of a key that is there several times, the last value, as git takes it. */
type Settings = ReadonlyMap<string, string>

const valueIn = (now: Settings, key: string): string | null => now.get(key.toLowerCase()) ?? null

async function settings(git: Git, at: Preciousness): Promise<Result<Settings, Failure>> {
  const listed = await configOf(git, at, ['-z', '--list'])
  if (!listed.ok) return listed
  const entries = listed.value.stdout.split('\0').filter((entry) => entry !== '')
  return ok(new Map(entries.map((entry) => keyAndValue(entry))))
}

/** A key without a value has no line end behind it. */
function keyAndValue(entry: string): readonly [key: string, value: string] {
  const end = entry.indexOf('\n')
  return end === -1 ? [entry, ''] : [entry.slice(0, end), entry.slice(end + 1)]
}

async function setKey(
  git: Git,
  at: Preciousness,
  { now, key, value }: { now: Settings; key: string; value: string | null },
): Promise<Result<void, Failure>> {
  if (valueIn(now, key) === value) return ok(undefined)
  const set = await configOf(git, at, value === null ? ['--unset', key] : [key, value])
  return set.ok ? ok(undefined) : set
}

const configOf = (git: Git, at: Preciousness, args: readonly string[]) =>
  git.run({
    doing: 'protect the objects',
    args: ['config', '--file', join(at.commonDir, 'config'), ...args],
    cwd: at.commonDir,
    exits: [0, 1],
  })
