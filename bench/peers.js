import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, minus, paired, timed } from './measure.js'
import { byHand, byOrch, eachOf, slots } from './null-agent.js'
import { takt, taktConfigured, taktScript } from './takt.js'
import { standIn } from './temporary-repository.js'

const worker = fileURLToPath(new URL('sandcastle-worker.js', import.meta.url))
const sandcastle = '@ai-hero/sandcastle@0.12.0'

/**
 * The same tasks with the same stand-in by other orchestrators, which are fetched from npm into a temporary folder: one session that implements, one
 * that reviews, and the merge. They are set up as lean as they can be, and prove nothing.
 */
export async function besidePeers({ tasks, files, rounds }) {
  const packages = mkdtempSync(path.join(tmpdir(), 'orch-peers-'))
  try {
    writeFileSync(path.join(packages, 'package.json'), '{"private":true}')
    execFileSync('npm', ['install', '--no-audit', '--no-fund', sandcastle, takt], { cwd: packages, stdio: 'ignore' })
    const ways = {
      ours: () => byOrch({ tasks, files }),
      sandcastle: () => bySandcastle(packages, tasks, files),
      takt: () => byTakt(packages, tasks, files),
      floor: () => byHand({ tasks, files }),
    }
    const seen = await paired(ways, rounds)
    return ['wallMs', 'cpuMs'].flatMap((key) => rows(seen, key, `${files} files, ${slots} slots, ${tasks} tasks: ${words[key]}`))
  } finally {
    rmSync(packages, { recursive: true, force: true })
  }
}

const words = { wallMs: 'wall', cpuMs: 'processors' }

function rows({ ours, floor, ...peers }, key, size) {
  const beside = (name, values) => ({ what: `a task, ${size}`, beside: name, ours: ours[key], floor: values, unit: 'ms' })
  const over = (way) => minus(way[key], floor[key])
  const overheads = [
    { name: sandcastle, values: over(peers.sandcastle) },
    { name: takt, values: over(peers.takt) },
  ].sort((a, b) => median(a.values) - median(b.values))
  return [
    beside(sandcastle, peers.sandcastle[key]),
    beside(takt, peers.takt[key]),
    beside('by hand: the stand-in and the bare git steps', floor[key]),
    {
      what: `overhead of a task (its time less that by hand), ${size}`,
      beside: `${overheads[0].name}, the better one`,
      ours: over(ours),
      floor: overheads[0].values,
      unit: 'ms',
      goal: 0.33,
    },
  ]
}

/** It writes into the person's own git config, so it is given another. */
const bySandcastle = (packages, tasks, files) =>
  eachOf({ tasks, files }, ({ path: cwd, ids }) => {
    const env = { ...process.env, GIT_CONFIG_GLOBAL: path.join(packages, 'gitconfig') }
    return timed(process.execPath, [worker, packages, cwd, standIn, String(slots), ...ids], { cwd, env })
  })

const byTakt = (packages, tasks, files) =>
  eachOf({ tasks, files }, (repository) => {
    const env = { ...process.env, TAKT_CONFIG_DIR: taktConfigured(repository, slots) }
    const program = path.join(packages, 'node_modules', 'takt', 'bin', 'takt')
    return timed(taktScript, [process.execPath, program, ...repository.ids], { cwd: repository.path, env })
  })
