import type { Failure } from '../../../src/core/failure.js'
import { err, type Result } from '../../../src/core/result.js'
import type { RunState } from '../../../src/core/run-state.js'
import type { Repository } from '../../../src/engine/ports/repository.js'
import type { Dice } from './dice.js'
import { noteMove } from './evidence.js'
import type { Life } from './life.js'
import type { Between } from './memory-desks.js'
import { changedPaths } from './memory-git.js'
import { memoryRepository } from './memory-repository.js'
import type { Universe } from './universe.js'

type Deed = (...given: unknown[]) => Promise<Result<unknown, Failure>>
type Deeds = Readonly<Record<string, Deed>>

/** The repository as one life of orch meets it: calls take time, fail now and then, and are where it may be killed. */
export function livingRepository(universe: Universe, life: Life, dice: Dice, state: () => RunState | null): Repository {
  const wanted = { most: 0 }
  const deeds = (between: Between): Deeds => memoryRepository(universe.git, universe.worktrees, { between, wanted }) as unknown as Deeds
  const living = (name: string): Deed => {
    const call = (given: unknown[], between: Between) => {
      const deed = deeds(between)[name]
      if (deed === undefined) throw new Error(`git does not know how to ${name}`)
      return perform(universe, { name, given, dice, state, deed })
    }
    return (...given) => life.deed(name, (between) => call(given, between))
  }
  return Object.fromEntries(Object.keys(deeds(() => undefined)).map((name) => [name, living(name)])) as unknown as Repository
}

interface Call {
  readonly name: string
  readonly given: unknown[]
  readonly dice: Dice
  readonly state: () => RunState | null
  readonly deed: Deed
}

async function perform(universe: Universe, call: Call): Promise<Result<unknown, Failure>> {
  const { evidence, log } = universe
  const { name, given } = call
  const fault = faultOf(universe, name, call.dice)
  if (fault !== null && !fault.isDone) return err(fault.failure)
  if (name === 'openScratch') noteOverwritten(universe, given as [string, string])
  const answer = await doAndNote(universe, call)
  if (answer.ok && ['commitWork', 'commitScratch', 'commitResolution'].includes(name)) noteWork(answer.value, evidence.works)
  if (!answer.ok) log.add(`${name} says ${answer.error.reason}`)
  return fault === null ? answer : err(fault.failure)
}

/** The effect comes at once, the answer a moment later: what a death in between leaves is what was done so far. */
function doAndNote(universe: Universe, { deed, given, state }: Call): Promise<Result<unknown, Failure>> {
  const from = universe.main
  try {
    return deed(...given)
  } finally {
    const to = universe.main
    if (to !== from) universe.log.add(`main moves to ${to.slice(0, 8)}`)
    noteMove(universe.evidence, { by: 'orch', from, to, state: state(), overEdits: universe.isCheckoutDirty })
  }
}

interface Fault {
  readonly failure: Failure
  /** What was asked for is done all the same. */
  readonly isDone: boolean
}

function faultOf(universe: Universe, name: string, dice: Dice): Fault | null {
  const { weather, evidence, log } = universe
  const fault = (failure: Failure, isDone: boolean): Fault => {
    log.add(`${name} fails${isDone ? ' although it was done' : ''}: ${failure.reason}`)
    return { failure, isDone }
  }
  if (name === 'land' && universe.isCheckoutDirty)
    return fault({ reason: 'checkout-in-the-way', path: '/home/person', detail: 'README.md', branch: 'main' }, false)
  if (dice.chance(weather.gitFails)) return fault({ reason: 'git-failed', doing: name, detail: 'simulated' }, dice.chance(0.3))
  if (!universe.isDiskFull && !dice.chance(weather.diskFull)) return null
  evidence.surroundingsFailed = true
  return fault({ reason: 'disk-full', path: '.git' }, dice.chance(0.3))
}

function noteWork(value: unknown, works: Set<string>): void {
  if (typeof value === 'string') works.add(value)
  else if (typeof value === 'object' && value !== null && 'commit' in value) works.add(String(value.commit))
}

/** Uncommitted changes in a scratch that are about to be overwritten. */
function noteOverwritten(universe: Universe, [path, commit]: [string, string]): void {
  const place = universe.worktrees.get(path)
  if (place === undefined) return
  const before = universe.git.get(place.head).tree
  const lost = changedPaths(place.files, before).filter((file) => place.files[file] !== universe.git.get(commit).tree[file])
  for (const file of lost) universe.evidence.overwritten.push(`${file} in ${path}: ${place.files[file] ?? 'deleted'}`)
}
