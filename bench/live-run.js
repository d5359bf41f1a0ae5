import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { ownUse } from './measure.js'
import { configure, lean, orch, temporaryRepository } from './temporary-repository.js'

/**
 * One task for each session, all at once and without reviews, until the run has ended.
 * @param watch told each look, and where the repository is
 * @returns the processors that orch itself took in all, and five looks a second at it: when, processors and memory so far, and whether all sessions were at work
 */
export async function liveRun({ sessions, env = {}, watch = () => undefined }) {
  const repository = temporaryRepository({ milestones: sessions })
  let run
  try {
    const config = lean({ concurrency: sessions, env })
    const file = configure(repository, { ...config, review: { enabled: false } })
    run = spawn(process.execPath, [orch, 'run', '--config', file], { cwd: repository.path, stdio: 'ignore' })
    const ended = new Promise((resolve) => run.on('exit', resolve))
    let exitCode = null
    ended.then((code) => (exitCode = code))
    const looks = []
    while (exitCode === null) {
      const now = useOf(run.pid)
      const look = { ...now, at: performance.now(), isFull: areAllAtWork(repository.path, sessions) }
      if (now !== null) {
        looks.push(look)
        watch(look, repository.path)
      }
      await Promise.race([pause(200), ended])
    }
    if (exitCode !== 0) throw new Error(`orch ended with ${exitCode}`)
    return { cpuMs: looks.at(-1).cpuMs, looks }
  } finally {
    run?.kill()
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

const areAllAtWork = (folder, sessions) => factsOf(folder, 'attempt-started') === sessions && factsOf(folder, 'attempt-finished') === 0

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
