import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { median, timed } from './measure.js'
import { byOrch, slots, withRepository } from './null-agent.js'
import { standIn } from './temporary-repository.js'

const worker = fileURLToPath(new URL('sandcastle-worker.js', import.meta.url))
const sandcastle = '@ai-hero/sandcastle@0.12.0'

/** The same tasks with the same stand-in by another orchestrator, which is fetched from npm into a temporary folder. It neither saves nor proves anything. */
export function besideOthers({ tasks, files, rounds }) {
  const packages = mkdtempSync(path.join(tmpdir(), 'orch-others-'))
  try {
    writeFileSync(path.join(packages, 'package.json'), '{"private":true}')
    execFileSync('npm', ['install', '--no-audit', '--no-fund', sandcastle], { cwd: packages, stdio: 'ignore' })
    const bySandcastle = () =>
      withRepository(tasks, files, ({ path: cwd, ids }) =>
        timed(process.execPath, [worker, packages, cwd, standIn, String(slots), ...ids], { cwd }),
      )
    const seen = Array.from({ length: rounds }, () => ({ ours: byOrch(tasks, files), floor: bySandcastle() }))
    const what = `a task end to end beside another orchestrator, ${files} files, ${slots} slots, ${tasks} tasks`
    return ['wallMs', 'cpuMs'].map((key) => ({
      what: `${what}: ${key === 'wallMs' ? 'wall' : 'processors'}`,
      beside: sandcastle,
      ours: median(seen.map(({ ours }) => ours[key])) / tasks,
      floor: median(seen.map(({ floor }) => floor[key])) / tasks,
      unit: 'ms',
      goal: 0.33,
    }))
  } finally {
    rmSync(packages, { recursive: true, force: true })
  }
}
