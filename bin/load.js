import { existsSync, readFileSync } from 'node:fs'
import { Module } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

/** Where the build lies. */
export const dist = fileURLToPath(new URL('../dist', import.meta.url))

/** @param extension `cjs` of a program, `code` of what it was compiled to */
export const fileOf = (program, extension) => path.join(dist, `${program}.${extension}`)

/** What package.json says. */
export const readPackage = () => readJson(path.join(dist, '..', 'package.json'))

/** All that a program wants to know of how it is installed. */
export const installed = () => ({ pjson: readPackage(), manifest: readJson(manifest), dist })

const manifest = path.join(dist, 'oclif.manifest.json')

/** The build begins with an empty folder and writes this file when the programs are whole. */
export const isBuilt = () => existsSync(manifest)

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))

/** @returns what the program exports */
export const load = (program) => carryOut(compile(program), program)

/**
 * Compiling is most of a cold start, so the build leaves the compiled code beside the program. V8 itself refuses it when it was made by
 * another version or with other flags: then the program is compiled anew, which is only slower.
 */
export function compile(program) {
  const source = Module.wrap(readFileSync(fileOf(program, 'cjs'), 'latin1'))
  const code = fileOf(program, 'code')
  return new Script(source, { filename: fileOf(program, 'cjs'), cachedData: existsSync(code) ? readFileSync(code) : undefined })
}

export function carryOut(script, program) {
  const file = fileOf(program, 'cjs')
  const module = { exports: {} }
  script.runInThisContext()(module.exports, Module.createRequire(file), module, file, dist)
  return module.exports
}
