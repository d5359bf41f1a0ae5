import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ownUse } from './measure.js'
import { configure, lean, orch, temporaryRepository } from './temporary-repository.js'

/**
 * One task for each session, all at once and without reviews, until the run has ended.
 * @param watch called with the process and the number of sessions that have begun, five times a second
 * @returns the processors that orch itself took, what was resident at most and after the first third, and the wall time
 */
export async function liveRun({ sessions, env = {}, watch = () => undefined }) {
  const repository = temporaryRepository({ milestones: sessions })
  try {
    const config = lean({ concurrency: sessions, env })
    const file = configure(repository, { ...config, review: { enabled: false } })
    const began = performance.now()
    const run = spawn(process.execPath, [orch, 'run', '--config', file], { cwd: repository.path, stdio: 'ignore' })
    const ended = new Promise((resolve) => run.on('exit', resolve))
    let exitCode = null
    ended.then((code) => (exitCode = code))
    const residents = []
    let cpuMs = 0
    while (exitCode === null) {
      const now = useOf(run.pid)
      if (now !== null) {
        cpuMs = now.cpuMs
        residents.push(now.residentBytes)
        watch({ ...now, begun: factsOf(repository.path, 'attempt-started'), at: performance.now() })
      }
      await Promise.race([pause(200), ended])
    }
    if (exitCode !== 0) throw new Error(`orch ended with ${exitCode}`)
    return { cpuMs, residentBytes: Math.max(...residents), wallMs: performance.now() - began }
  } finally {
    repository.remove()
  }
}

/** Null: it has just ended. */
function useOf(pid) {
  try {
    return ownUse(pid)
  } catch {
    return null
  }
}

function factsOf(folder, type) {
  const runs = path.join(folder, '.orch', 'runs')
  try {
    return readdirSync(runs).reduce(
      (sum, name) => sum + readFileSync(path.join(runs, name, 'facts.ndjson'), 'utf8').split(`"type":"${type}"`).length - 1,
      0,
    )
  } catch {
    return 0
  }
}
