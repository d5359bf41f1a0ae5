import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { Plugin } from '@oclif/core/config'
import { dist, load, readPackage } from '../bin/load.js'

/** Writes what oclif knows of each command, so that help and the parser need not load them all to learn it. */
export async function writeManifest() {
  const loaded = Object.entries(load('orch').commands).map(async ([id, command]) => [id, (await command()).default])
  const { name, version, type, oclif } = readPackage()
  const commands = { strategy: 'explicit', target: 'orch.cjs', identifier: 'commands' }
  const plugin = new Plugin({
    isRoot: true,
    root: dist,
    pjson: { name, version, type, oclif: { ...oclif, commands } },
    ignoreManifest: true,
  })
  // What oclif would import from the target: there each command is a promise.
  plugin.commandCache = Object.fromEntries(await Promise.all(loaded))
  await plugin.load()
  writeFileSync(path.join(dist, 'oclif.manifest.json'), JSON.stringify(plugin.manifest))
}
