import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { paired, timed } from './measure.js'
import { orch, temporaryRepository } from './temporary-repository.js'

const packages = fileURLToPath(new URL('../node_modules', import.meta.url))

/** From the start to the exit of a command, beside an empty Node program and the least program that oclif makes. */
export async function coldStart({ rounds }) {
  const repository = temporaryRepository({ milestones: 3 })
  try {
    const node =
      (...args) =>
      () =>
        timed(process.execPath, args, { cwd: repository.path })
    const commands = { '--version': 2, status: 3, 'run --dry-run': 4 }
    const ours = Object.fromEntries(Object.keys(commands).map((words) => [words, node(orch, ...words.split(' '))]))
    const seen = await paired({ floor: node('-e', '0'), oclif: node(bareOclif(repository.folder), 'hello'), ...ours }, rounds)
    const row = (what, run, goal) =>
      ['wallMs', 'cpuMs'].map((key) => ({
        what: `cold start of ${what}: ${key === 'wallMs' ? 'wall' : 'processors'}`,
        beside: 'node -e 0',
        ours: run[key],
        floor: seen.floor[key],
        unit: 'ms',
        goal,
      }))
    return [
      ...Object.entries(commands).flatMap(([words, goal]) => row(`orch ${words}`, seen[words], goal)),
      ...row('a bare oclif program', seen.oclif, null),
    ]
  } finally {
    repository.remove()
  }
}

/** @returns the path of its start */
function bareOclif(folder) {
  const at = path.join(folder, 'bare')
  mkdirSync(path.join(at, 'commands'), { recursive: true })
  symlinkSync(packages, path.join(at, 'node_modules'))
  const oclif = { bin: 'bare', commands: { strategy: 'pattern', target: './commands' } }
  writeFileSync(path.join(at, 'package.json'), JSON.stringify({ name: 'bare', version: '1.0.0', type: 'module', oclif }))
  const hello =
    "import { Command } from '@oclif/core'\nexport default class Hello extends Command { async run() { await this.parse(Hello); this.log('hello') } }\n"
  writeFileSync(path.join(at, 'commands', 'hello.js'), hello)
  writeFileSync(path.join(at, 'run.js'), "import { execute } from '@oclif/core'\nawait execute({ dir: import.meta.url })\n")
  return path.join(at, 'run.js')
}
