import { copyFile, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { describeFailure } from '../../core/failure-words.js'
import { ok, type Result } from '../../core/result.js'
import type { RunState } from '../../core/run-state.js'
import { CheckpointStore, type UnusableCheckpoint } from './checkpoint-store.js'
import { realDisk } from './disk.js'
import { previousOf, renameStubbornly, syncFolder, writeDurably } from './durable-file.js'
import { type SalvagedFacts, salvageFacts } from './facts-text.js'
import { fold } from './run-history.js'
import { runPaths } from './run-paths.js'
import { codeOf } from './store-error.js'

/** What is wrong with the saved state of a run, and what can be made of what is left. */
export interface DamagedRun {
  readonly run: string
  readonly folder: string
  /** What is wrong, for people. */
  readonly what: readonly string[]
  /**
   * `rebuild`: all that ever happened is known. `set-aside`: something is lost that nothing else tells, so that going on
   * could do things twice. `leave`: it is whole, and a newer orch's.
   */
  readonly remedy: 'rebuild' | 'set-aside' | 'leave'
  /** Of a rebuilt run. */
  readonly state: RunState | null
  readonly facts: SalvagedFacts
  readonly isCheckpointUsable: boolean
}

/** Looks at a run's saved state without changing it. Null: nothing is wrong with it. */
export async function inspectRun(folder: string): Promise<DamagedRun | null> {
  const paths = runPaths(folder)
  const facts = salvageFacts(await bytesOf(paths.facts))
  const checkpoint = await new CheckpointStore(paths.checkpoint).load()
  const what = [...lostWords(paths.facts, facts), ...(checkpoint.ok ? [] : [describeFailure(checkpoint.error.failure).message])]
  if (checkpoint.ok && what.length === 0) {
    const folded = fold(checkpoint.value, facts.facts)
    if (folded.ok) return null
    what.push(`${paths.facts}: ${folded.error}`)
  }
  const found = { run: path.basename(folder), folder, what, facts, isCheckpointUsable: checkpoint.ok }
  if (isNewer(checkpoint)) return { ...found, remedy: 'leave', state: null }
  const previous = await new CheckpointStore(previousOf(paths.checkpoint)).load()
  const beginnings = [checkpoint, ok(null), previous].flatMap((loaded) => (loaded.ok ? [loaded.value] : []))
  const state = beginnings.map((from) => rebuilt(from, facts)).find((s) => s !== null) ?? null
  return { ...found, remedy: state === null ? 'set-aside' : 'rebuild', state }
}

const isNewer = (loaded: Result<unknown, UnusableCheckpoint>): boolean => !loaded.ok && loaded.error.kind === 'newer'

/** Null: something happened that neither this beginning nor the facts tell. */
function rebuilt(from: RunState | null, facts: SalvagedFacts): RunState | null {
  const folded = fold(from, facts.facts)
  if (!folded.ok || folded.value === null) return null
  const last = (facts.facts.at(-1)?.seq ?? 0) + facts.lostAtEnd
  return folded.value.seq >= last ? folded.value : null
}

function lostWords(file: string, { lost, tornBytes }: SalvagedFacts): readonly string[] {
  const [first] = lost
  const more = lost.length > 1 ? `, and ${lost.length - 1} more` : ''
  return [
    ...(first === undefined ? [] : [`${file}: line ${first.line} is ${first.why}${more}`]),
    ...(tornBytes > 0 ? [`${file}: its last line was cut off in the middle of being written`] : []),
  ]
}

/** Mends what can be mended; every old file is kept beside the new one. Only the holder of the lock may. @returns what was done, for people */
export async function mendRun(damaged: DamagedRun, by: { readonly orchVersion: string; readonly now: number }): Promise<readonly string[]> {
  const { folder, facts, state } = damaged
  const paths = runPaths(folder)
  const aside = (file: string): string => `${file}.damaged-${by.now}`
  if (state === null) {
    await rename(folder, aside(folder))
    await syncFolder(path.dirname(folder))
    return [`too much of the run ${damaged.run} is lost to go on with it: its folder is kept as ${aside(folder)}, and its branches stay`]
  }
  const done: string[] = []
  // The checkpoint first: cut off in between, it tells what the facts no longer do.
  if (!damaged.isCheckpointUsable) {
    await renameStubbornly(realDisk, paths.checkpoint, aside(paths.checkpoint))
    done.push(`${paths.checkpoint} was rebuilt from the facts; the old file is kept as ${aside(paths.checkpoint)}`)
  }
  if (!damaged.isCheckpointUsable || facts.lost.length > 0) await new CheckpointStore(paths.checkpoint).save(state, by.orchVersion)
  if (facts.lost.length > 0 || facts.tornBytes > 0) {
    await copyFile(paths.facts, aside(paths.facts))
    await writeDurably(paths.facts, facts.facts.map((fact) => `${JSON.stringify(fact)}\n`).join(''), { keepPrevious: false })
    done.push(`${paths.facts}: ${leftOutWords(facts)}; the old file is kept as ${aside(paths.facts)}`)
  }
  return done
}

const leftOutWords = ({ lost, tornBytes }: SalvagedFacts): string =>
  [
    ...(lost.length > 0 ? [`lines left out whose facts the checkpoint knows: ${lost.map((l) => l.line).join(', ')}`] : []),
    ...(tornBytes > 0 ? ['the last line, which nobody was told of, is removed'] : []),
  ].join('; ')

async function bytesOf(file: string): Promise<Buffer> {
  return readFile(file).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return Buffer.alloc(0)
    throw error
  })
}
