import { readdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Plugin } from '@oclif/core/config'
import { dist, load, readPackage } from '../bin/load.js'

const sources = fileURLToPath(new URL('../src/commands', import.meta.url))

/** Writes what oclif knows of each command, so that help and the parser need not load them all to learn it. */
export async function writeManifest() {
  const { commands } = load('orch')
  refuseUnknown(commands)
  const loaded = Object.entries(commands).map(async ([id, command]) => [id, (await command()).default])
  const { name, version, type, oclif } = readPackage()
  const strategy = { strategy: 'explicit', target: 'orch.cjs' }
  const plugin = new Plugin({
    isRoot: true,
    root: dist,
    pjson: { name, version, type, oclif: { ...oclif, commands: strategy } },
    ignoreManifest: true,
  })
  // What oclif would import from the target: there each command is still to be loaded.
  plugin.commandCache = Object.fromEntries(await Promise.all(loaded))
  await plugin.load()
  writeFileSync(path.join(dist, 'oclif.manifest.json'), JSON.stringify(plugin.manifest))
}

/** A command that nobody wrote into the table would be missing without a word. */
function refuseUnknown(commands) {
  const files = readdirSync(sources, { recursive: true }).filter((file) => file.endsWith('.ts') && !file.startsWith('orch-'))
  const missing = files.filter((file) => commands[file.slice(0, -3).replace(/[\\/]/, ':')] === undefined)
  if (missing.length > 0) throw new Error(`src/commands/orch-commands.ts has no line for ${missing.join(', ')}`)
}
