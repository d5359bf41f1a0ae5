import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { paired, timed } from './measure.js'
import { configure, lean, orch, standIn, temporaryRepository } from './temporary-repository.js'

const floorScript = fileURLToPath(new URL('floor.sh', import.meta.url))
export const slots = 4

/** A task from its worktree to its merge, with an agent that takes no time: orch with all that it saves, checks and watches, beside the same git steps by hand. */
export async function nullAgent({ tasks, stages = 1, files, rounds, goals = { wall: 1.25, processors: 1.5 } }) {
  const size = { tasks, stages, files }
  const { ours, floor } = await paired({ ours: () => byOrch(size), floor: () => byHand(size) }, rounds)
  const what = `a task end to end, ${files} files, ${slots} slots, ${tasks} tasks${stages === 1 ? '' : ` in ${stages} stages`}`
  const beside = `the same git steps under xargs -P ${slots}`
  return [
    { what: `${what}: wall`, beside, ours: ours.wallMs, floor: floor.wallMs, unit: 'ms', goal: goals.wall },
    { what: `${what}: processors`, beside, ours: ours.cpuMs, floor: floor.cpuMs, unit: 'ms', goal: goals.processors },
  ]
}

/** All of it by orch. @returns wall and processors for each task */
export const byOrch = (size) =>
  eachOf(size, (repository) => {
    const config = configure(repository, lean({ concurrency: slots }))
    return timed(process.execPath, [orch, 'run', '--config', config], { cwd: repository.path })
  })

/** The stand-in and the bare git steps, and nothing else. */
export const byHand = (size) =>
  eachOf(size, (repository) => {
    const args = ['-P', String(slots), '-n', '1', floorScript, path.join(repository.folder, 'worktrees'), standIn]
    return timed('xargs', args, { cwd: repository.path, input: repository.ids.join('\n') })
  })

/**
 * A way of carrying out so many tasks in a new repository.
 * @returns wall and processors for each task
 * @throws Error when the work of one is not on the branch afterwards: then it was not the same that was measured
 */
export function eachOf({ tasks, stages = 1, files }, way) {
  const repository = temporaryRepository({ milestones: tasks, stages, files })
  try {
    const { wallMs, cpuMs } = way(repository)
    const merged = new Set(repository.git('ls-tree', '--name-only', 'main').toString().split('\n'))
    const missing = repository.ids.filter((id) => !merged.has(`${id}.txt`))
    if (missing.length > 0) throw new Error(`not merged: ${missing.join(', ')}`)
    return { wallMs: wallMs / tasks, cpuMs: cpuMs / tasks }
  } finally {
    repository.remove()
  }
}
