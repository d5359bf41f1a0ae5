import { Config, Plugin } from '@oclif/core/config'
import { CLIError } from '@oclif/core/errors'
import { handle } from '@oclif/core/handle'
import { normalizeArgv } from '@oclif/core/help'
import type { Manifest, PJSON } from '@oclif/core/interfaces'
import { exitCodes } from '../core/exit-code.js'
import { badUsageText } from '../ui/bad-usage.js'
import { commands } from './orch-commands.js'
import { OrchHelp } from './orch-help.js'

export { commands }

/** The program as it is installed. */
export interface Installed {
  /** What its package.json says. */
  readonly pjson: PJSON
  /** What help and the parser know of the commands without loading them. */
  readonly manifest: Manifest
  readonly dist: string
}

/** Carries out what was typed behind `orch`, and ends the process with the exit status of it. */
export async function start(typed: readonly string[], installed: Installed): Promise<void> {
  // `orch help run` is what people type who know git.
  const argv = typed[0] === 'help' ? [...typed.slice(1), '--help'] : [...typed]
  const config = await configOf(installed)
  try {
    await carryOut(argv, config)
    await leave(Number(process.exitCode ?? 0))
  } catch (error) {
    await report(error, argv, config)
  }
}

/** What oclif wants to know. It is handed everything, and so looks for nothing on the disk and loads no command to learn its name. */
async function configOf({ pjson, manifest, dist }: Installed): Promise<Config> {
  const plugin = new Plugin({ isRoot: true, pjson, root: dist })
  const known = Object.values(manifest.commands).map((command) => ({ ...command, load: () => loaded(command.id, plugin) }))
  const { name, version } = pjson
  Object.assign(plugin, { name, version, pjson, root: dist, type: 'core', isRoot: true, hooks: {}, commands: known })
  return Config.load({ root: dist, pjson, plugins: new Map([[plugin.name, plugin]]) })
}

async function loaded(id: string, plugin: Plugin) {
  const { default: command } = (await commands[id]?.()) ?? {}
  if (command === undefined) throw new CLIError(`command ${id} not found`)
  return Object.assign(command, { id, plugin })
}

async function carryOut(argv: string[], config: Config): Promise<void> {
  const [id = '', ...rest] = normalizeArgv(config, argv)
  const help = new OrchHelp(config, config.pjson.oclif.helpOptions)
  if (asksForHelp(argv)) return help.showHelp(argv)
  const command = config.findCommand(id)
  if (command === undefined && config.findTopic(id) !== undefined) return help.showHelp([id])
  await config.runCommand(id, rest, command)
}

/** Whatever stands behind `--` is for another program. */
function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.length === 0 || (end === -1 ? argv : argv.slice(0, end)).includes('--help')
}

type Handled = Parameters<typeof handle>[0]

/** Bad usage is one line with a hint and exit status 2; an exit status that a command chose is passed on; anything else is a bug. */
async function report(thrown: unknown, argv: readonly string[], config: Config): Promise<void> {
  const error = thrown as Handled & { readonly code?: string }
  if (error.code === 'EEXIT') return leave(error.oclif?.exit ?? 0)
  if (error.oclif?.exit !== exitCodes.usage) return handle(error)
  const knownFlags = Object.keys(error.parse?.input?.flags ?? {}).map((name) => `--${name}`)
  process.stderr.write(`${badUsageText({ typed: argv, commands: config.commandIDs, message: error.message, knownFlags })}\n`)
  return leave(exitCodes.usage)
}

/** Ends the process with everything written: `process.exit` alone cuts off what a pipe has not taken yet. */
async function leave(status: number): Promise<void> {
  const streams = [process.stdout, process.stderr]
  await Promise.all(streams.map((stream) => new Promise<void>((done) => void stream.write('', () => done()))))
  process.exit(status)
}
