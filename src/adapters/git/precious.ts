import { mkdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import { writeDurably } from './durable-text.js'
import type { Git } from './git.js'
import { withFiles } from './git-failure.js'
import { textOf } from './place.js'
import { line } from './site.js'

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
    if (before === null) {
      const noted = await remember(git, at)
      if (!noted.ok) return noted
    }
    const held = await setKey(git, at, preciousKey, 'true')
    if (!held.ok) return held
    const strict = await mayBeStrict(git, at)
    if (!strict.ok) return strict
    return strict.value ? setKey(git, at, formatKey, '1') : ok(undefined)
  })
}

/** Puts the config back as it was. Also right after a crash, and when nothing is held. */
export function releasePrecious(git: Git, at: Preciousness): Promise<Result<void, Failure>> {
  return git.inTurn(async () => {
    const before = await remembered(at)
    if (before === null) return ok(undefined)
    const format = await setKey(git, at, formatKey, before.format)
    if (!format.ok) return format
    const precious = await setKey(git, at, preciousKey, before.precious)
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

async function remember(git: Git, at: Preciousness): Promise<Result<void, Failure>> {
  const format = await getKey(git, at, formatKey)
  if (!format.ok) return format
  const precious = await getKey(git, at, preciousKey)
  if (!precious.ok) return precious
  const before: Before = { format: format.value, precious: precious.value }
  return withFiles('remember the config', at.memory, async () => {
    await mkdir(dirname(at.memory), { recursive: true })
    await writeDurably(at.memory, `${JSON.stringify(before)}\n`)
  })
}

/** A repository that calls itself version 0 may carry extensions which git ignores there and refuses in version 1. */
async function mayBeStrict(git: Git, at: Preciousness): Promise<Result<boolean, Failure>> {
  const version = await getKey(git, at, formatKey)
  if (!version.ok) return version
  if (version.value === '1') return ok(true)
  const names = await line(configOf(git, at, ['--name-only', '--get-regexp', '^extensions\\.']))
  return names.ok ? ok(names.value.split('\n').every((name) => name === '' || known.test(name.toLowerCase()))) : names
}

async function getKey(git: Git, at: Preciousness, key: string): Promise<Result<string | null, Failure>> {
  const answer = await configOf(git, at, ['--get', key])
  if (!answer.ok) return answer
  return ok(answer.value.exitCode === 0 ? answer.value.stdout.replace(/\n$/, '') : null)
}

async function setKey(git: Git, at: Preciousness, key: string, value: string | null): Promise<Result<void, Failure>> {
  const now = await getKey(git, at, key)
  if (!now.ok || now.value === value) return now.ok ? ok(undefined) : now
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
