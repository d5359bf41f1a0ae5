import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { findProgram } from '../adapters/claude/find-program.js'
import { programKind } from '../adapters/claude/program-kind.js'
import { readHardware } from '../adapters/machine/hardware.js'
import { startTerminalProgram } from '../adapters/processes/terminal-program.js'
import { openSessionPeaks } from '../adapters/store/session-peaks.js'
import { type Config, defaultConfig } from '../core/config.js'
import { settingsFor } from '../core/hardware.js'
import { memoryFree } from '../core/policy/admission.js'
import { expectedNeed } from '../core/policy/need.js'
import { nodeEnvironment } from '../core/policy/node-heap.js'
import { err, ok, type Result } from '../core/result.js'
import type { HardwareReport } from '../ui/hardware-text.js'
import { machineOf, widthFor } from './machine.js'
import { openProject, type Surroundings } from './project.js'
import { withUnderstudy } from './run-engine.js'
import { asFailure, asWrongName, type Trouble } from './trouble.js'

/** Where a command works that also makes sense outside of a repository. */
interface Place {
  readonly config: Config
  readonly folder: string
  readonly orchFolder: string
}

async function placeOf(surroundings: Surroundings, configFile: string | null): Promise<Result<Place, Trouble>> {
  const { cwd } = surroundings
  const opened = await openProject(surroundings, configFile)
  if (opened.ok) {
    const { root, orchFolder } = opened.value
    return ok({ config: withUnderstudy(opened.value.config, opened.value, false), folder: root, orchFolder })
  }
  const isElsewhere = opened.error.kind === 'failure' && opened.error.failure.reason === 'not-a-repository'
  return isElsewhere ? ok({ config: defaultConfig, folder: cwd, orchFolder: path.join(cwd, '.orch') }) : opened
}

/** What is here, and how many sessions of this project it bears. Outside of a repository the defaults count. */
export async function surveyHardware(surroundings: Surroundings, configFile: string | null): Promise<Result<HardwareReport, Trouble>> {
  const place = await placeOf(surroundings, configFile)
  if (!place.ok) return place
  const { config, folder, orchFolder } = place.value
  const { resources, execution, agent } = config
  const machine = machineOf(folder, resources)
  const peaks = await openSessionPeaks(orchFolder, agent.command)
  const need = expectedNeed(peaks.of('implement'), resources.perTaskMemory)
  const found = await findProgram(agent.command, { env: surroundings.env, folder, platform: surroundings.platform })
  return ok({
    hardware: await readHardware(),
    sessions: {
      atOnce: await widthFor(config, machine, peaks),
      configured: execution.concurrency !== null,
      free: memoryFree(await machine.sample(), resources),
      need: need.memory,
      learntFrom: need.sessions,
      most: execution.maxConcurrency,
    },
    agent: { command: agent.command, kind: found.ok ? await programKind(found.value) : 'missing' },
  })
}

/** Writes a text as a file of the person's; a relative path starts where they are. */
export async function saveText({ cwd }: Surroundings, file: string, text: string): Promise<Result<string, Trouble>> {
  const whole = path.resolve(cwd, file)
  try {
    await writeFile(whole, `${text}\n`)
    return ok(whole)
  } catch (error) {
    return err(asWrongName('--write', `${whole} cannot be written: ${(error as NodeJS.ErrnoException).message}`, 'Name another file'))
  }
}

/** Starts the agent by hand, in this terminal, with the environment for Node on this machine. @returns its exit status */
export async function executeAgent(
  surroundings: Surroundings,
  configFile: string | null,
  args: readonly string[],
): Promise<Result<number, Trouble>> {
  const place = await placeOf(surroundings, configFile)
  if (!place.ok) return place
  const { config, folder } = place.value
  const { env, platform, cwd } = surroundings
  const found = await findProgram(config.agent.command, { env, folder, platform })
  if (!found.ok) return err(asFailure(found.error))
  const machine = nodeEnvironment(settingsFor(await readHardware()))
  const options = [machine.NODE_OPTIONS, env['NODE_OPTIONS'] ?? ''].join(' ').trim()
  const whole = { ...machine, ...env, ...config.agent.env, NODE_OPTIONS: options }
  return ok(await startTerminalProgram({ file: found.value.file, args: [...found.value.before, ...args], cwd, env: whole }))
}
