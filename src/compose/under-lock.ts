import { systemClock } from '../adapters/clock/clock.js'
import { ensureExcluded } from '../adapters/git/discover.js'
import { holdPrecious, releasePrecious } from '../adapters/git/precious.js'
import { endDoubtful, endMarked } from '../adapters/processes/survivors.js'
import { openJournal, type RunJournal } from '../adapters/store/journal.js'
import { acquireLock } from '../adapters/store/run-lock.js'
import { StoreError } from '../adapters/store/store-error.js'
import type { Config } from '../core/config.js'
import { exitCodeForEnding, exitCodes } from '../core/exit-code.js'
import type { Fact } from '../core/fact.js'
import type { Failure } from '../core/failure.js'
import { err, ok, type Result } from '../core/result.js'
import type { Engine } from '../engine/engine.js'
import { Halt } from '../engine/halt.js'
import { carryOutRun } from '../engine/run.js'
import { chooseView, type View } from '../ui/view.js'
import type { Pool } from './accounts.js'
import type { Carried, RunRequest } from './carry-out.js'
import { type KeptAwake, keepAwake } from './keep-awake.js'
import { leasesFor } from './leases.js'
import { type Project, preciousOf } from './project.js'
import { checkAgent, composeEngine, poolFor, withUnderstudy } from './run-engine.js'
import { stopOnSignals } from './stop-on-signals.js'
import { checkMergeProgram } from './structural-merge.js'
import { asFailure, asProblems, type Trouble } from './trouble.js'

/** The run that is carried out, and what is recorded before anything else. */
interface Which {
  readonly run: string
  readonly folder: string
  /** @returns why it cannot begin; null: it has begun */
  readonly begin: (journal: RunJournal) => Promise<Failure | null>
  /** What else is recorded once everything is there that the run needs. */
  readonly takeUp: (engine: Engine) => Promise<void>
}

/** Under the lock, with everything that must be put back when it ends. */
export async function carryOut(project: Project, request: RunRequest, which: Which): Promise<Result<Carried, Trouble>> {
  const config = configFor(project, request)
  const agent = await checkAgent(config, project)
  if (!agent.ok) return err(asFailure(agent.error))
  const { root, surroundings } = project
  const merging = await checkMergeProgram({ setting: config.git.structuralMerge, root, surroundings })
  if (!merging.ok) return err(asFailure(merging.error))
  const pool = await poolFor(config, project)
  if (!pool.ok) return err(asProblems(pool.error))
  const at = new Date(systemClock.now()).toISOString()
  const lock = await acquireLock({ path: project.lockFile, run: which.run, command: 'orch run', at })
  if (!lock.ok) return err(asFailure(lock.error))
  const precious = preciousOf(project)
  try {
    const excluded = await ensureExcluded(project.commonDir)
    if (!excluded.ok) return err(asFailure(excluded.error))
    const held = await holdPrecious(project.git, precious)
    if (!held.ok) return err(asFailure(held.error))
    return await underLock(project, { config, pool: pool.value }, request, which)
  } catch (error) {
    if (error instanceof StoreError) return err(asFailure(error.failure))
    throw error
  } finally {
    await releasePrecious(project.git, precious)
    await lock.value.release()
  }
}

function configFor(project: Project, request: RunRequest): Config {
  const { execution } = project.config
  const concurrency = request.concurrency ?? execution.concurrency
  return withUnderstudy({ ...project.config, execution: { ...execution, concurrency } }, project, request.rehearse)
}

interface Means {
  readonly config: Config
  readonly pool: Pool
}

async function underLock(project: Project, { config, pool }: Means, request: RunRequest, which: Which): Promise<Result<Carried, Trouble>> {
  const view = viewFor(project, request)
  const journal = await openJournal({
    runFolder: which.folder,
    orchVersion: project.surroundings.orchVersion,
    clock: systemClock,
    listeners: [view],
  })
  if (!journal.ok) return err(asFailure(journal.error))
  const halt = new Halt()
  const leases = leasesFor(project, config)
  const signals = stopOnSignals(halt, view)
  let awake: KeptAwake | null = null
  try {
    const survivors = await endSurvivors(which.run, journal.value)
    if (config.execution.keepAwake) awake = keepAwakeFor(project, which.run, view)
    const refused = await which.begin(journal.value)
    if (refused !== null) return err(asFailure(refused))
    if (survivors !== null) await journal.value.record(survivors)
    await recordAccounts(journal.value, pool)
    const engine = await composeEngine({
      ...which,
      project,
      config,
      pool,
      journal: journal.value,
      listener: view,
      halt,
      leases,
      noWait: request.noWait || !config.rateLimit.autoResume,
      runFolder: which.folder,
    })
    await which.takeUp(engine)
    const outcome = await carryOutRun(engine)
    return ok({ kind: 'carried-out', exitCode: signals.terminated ? exitCodes.terminated : exitCodeForEnding(outcome.ending) })
  } finally {
    signals.close()
    await awake?.release()
    await endDoubtful()
    await leases.releaseAll()
    await journal.value.close()
    await view.close()
  }
}

/** Not the run's own: whatever carries that is ended when a check ends. */
const awakeMarker = (run: string): string => `${run}-awake`

function keepAwakeFor(project: Project, run: string, view: View): KeptAwake {
  const { env, platform } = project.surroundings
  const notice = (text: string): void => view.progressed({ type: 'noticed', text })
  return keepAwake({ platform, env, cwd: project.root, marker: awakeMarker(run), notice })
}

/** The names of those who pay, where they are others than before. */
async function recordAccounts(journal: RunJournal, { accounts }: Pool): Promise<void> {
  const names = accounts.map((account) => account.name)
  if (names.join() !== journal.state.accounts.join()) await journal.record({ type: 'accounts-chosen', accounts: names })
}

/** What an orch that was killed left running is found by its marker and ended before anything new starts. */
async function endSurvivors(run: string, journal: RunJournal): Promise<Fact | null> {
  const sessions = journal.isNew ? [] : Object.values(journal.state.work).flatMap((w) => (w.open === null ? [] : [w.open.session]))
  const pids = await endMarked([run, awakeMarker(run), ...sessions])
  return pids.length === 0 ? null : { type: 'survivors-ended', pids }
}

function viewFor(project: Project, request: RunRequest): View {
  const { stdout, stderr, env } = project.surroundings
  return chooseView({
    stdout,
    stderr,
    isTTY: stderr.isTTY === true,
    columns: stderr.columns,
    env,
    json: request.json,
    quiet: false,
    now: () => systemClock.now(),
    tasksFile: project.config.tasksFile,
  })
}
