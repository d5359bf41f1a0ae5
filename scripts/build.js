// npm run build: src → dist/, each program one file of CommonJS with its packages in it, and its compiled code beside it.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { dist, fileOf } from '../bin/load.js'
import { bundle } from './bundle.js'
import { licencesOf } from './licences.js'
import { writeManifest } from './manifest.js'

const fromRoot = (...parts) => path.join(fileURLToPath(new URL('..', import.meta.url)), ...parts)

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist)
const orch = await bundle('src/commands/orch-start.ts')
const understudy = await bundle('src/adapters/understudy/program.ts')
writeFileSync(fileOf('orch', 'cjs'), orch.text)
writeFileSync(fileOf('understudy', 'cjs'), understudy.text)
writeFileSync(path.join(dist, 'licences.txt'), licencesOf([...orch.files, ...understudy.files]))
await writeManifest()
compileAhead('orch', 'run', '--dry-run')
compileAhead('understudy', '--version')

/** Runs the program once, in a repository with milestones, and keeps the code of all that it ran through. How it ends does not matter. */
function compileAhead(program, ...args) {
  const cwd = mkdtempSync(path.join(tmpdir(), 'orch-build-'))
  const run = (command, ...words) => execFileSync(command, words, { cwd, stdio: 'ignore' })
  try {
    cpSync(fromRoot('milestones'), path.join(cwd, 'milestones'), { recursive: true })
    run('git', 'init')
    run('git', '-c', 'user.name=build', '-c', 'user.email=build@localhost', 'commit', '--allow-empty', '-m', 'Begin')
    run(process.execPath, fromRoot('scripts', 'compile-ahead.js'), program, ...args)
  } catch {
    // Without git there is nothing to run in: the programs start all the same, only slower.
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}
