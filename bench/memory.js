import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { temporaryRepository } from './temporary-repository.js'

/**
 * Many tasks whose sessions each take much memory for a while, on a machine that bears a few of them: how many were at work at once,
 * how much they took together at most, and whether all were merged. It takes up to `bearable` GiB, so it is not part of the usual bench.
 *
 *   node bench/memory.js [tasks] [GiB of each] [GiB of all together]
 */
const [tasks = 60, each = 1.5, bearable = 12] = process.argv.slice(2).map(Number)

const orch = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const standIn = pathToFileURL(fileURLToPath(new URL('../test/support/stand-in.mjs', import.meta.url))).href
const mebibytes = Math.round(each * 1024)

const agent = `import { perform } from '${standIn}'
await perform(async (scene) => {
  if (scene.step === 'review') return scene.review()
  const eaten = Buffer.alloc(${mebibytes} * 1024 * 1024, 1)
  await new Promise((resolve) => setTimeout(resolve, 2000))
  scene.write(scene.task + '.txt', String(eaten.length))
})
`

/** Bytes that the stand-ins take, and how many of them have eaten. */
function taken() {
  const sizes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(agentFile)) return []
        return [Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024]
      } catch {
        return []
      }
    })
  return { bytes: sizes.reduce((sum, size) => sum + size, 0), eaters: sizes.filter((size) => size > mebibytes * 1024 ** 2 * 0.9).length }
}

const repository = temporaryRepository({ milestones: tasks })
const agentFile = path.join(repository.path, '.git', 'eater.mjs')
writeFileSync(agentFile, agent)
const config = {
  agent: { command: agentFile, sandbox: 'off' },
  review: { scope: ['task'] },
  execution: { spawnPerMinute: null },
  resources: { maxMemory: `${bearable}GiB`, perTaskMemory: `${mebibytes}MiB`, sample: '1s' },
}
const configFile = path.join(repository.path, '.git', 'orch.json')
writeFileSync(configFile, JSON.stringify(config))

const began = performance.now()
const most = { bytes: 0, eaters: 0 }
const run = spawn(process.execPath, [orch, 'run', '--config', configFile], { cwd: repository.path, stdio: 'ignore' })
const looking = setInterval(() => {
  const now = taken()
  most.bytes = Math.max(most.bytes, now.bytes)
  most.eaters = Math.max(most.eaters, now.eaters)
}, 200)
run.on('exit', (exitCode) => {
  clearInterval(looking)
  const status = JSON.parse(execFileSync(process.execPath, [orch, 'status', '--json'], { cwd: repository.path, encoding: 'utf8' }))
  const facts = readdirSync(path.join(repository.path, '.orch', 'runs')).flatMap((name) =>
    readFileSync(path.join(repository.path, '.orch', 'runs', name, 'facts.ndjson'), 'utf8').split('\n'),
  )
  const count = (type) => facts.filter((line) => line.includes(`"type":"${type}"`)).length
  const gibibytes = (most.bytes / 1024 ** 3).toFixed(1)
  process.stdout.write(
    `${tasks} tasks of ${each} GiB, ${bearable} GiB for all: exit ${exitCode}, ${status.totals.merged} merged in ${Math.round((performance.now() - began) / 1000)} s; ` +
      `at most ${most.eaters} at once with ${gibibytes} GiB together; ${count('start-held')} starts held, ${count('session-frozen')} frozen\n`,
  )
  repository.remove()
  rmSync(agentFile, { force: true })
})
