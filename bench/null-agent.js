import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { paired, timed } from './measure.js'
import { configure, lean, orch, standIn, temporaryRepository } from './temporary-repository.js'

const floorScript = fileURLToPath(new URL('floor.sh', import.meta.url))
export const slots = 4

/** A task from its worktree to its merge, with an agent that takes no time: orch with all that it saves, checks and watches, beside the same git steps by hand. */
export function nullAgent({ tasks, stages = 1, files, rounds, goals = { wall: 1.25, processors: 1.5 } }) {
  const { ours, floor } = paired({ ours: () => byOrch(tasks, files, stages), floor: () => byHand(tasks, files, stages) }, rounds)
  const what = `a task end to end, ${files} files, ${slots} slots, ${tasks} tasks${stages === 1 ? '' : ` in ${stages} stages`}`
  const beside = `the same git steps under xargs -P ${slots}`
  return [
    { what: `${what}: wall`, beside, ours: ours.wallMs / tasks, floor: floor.wallMs / tasks, unit: 'ms', goal: goals.wall },
    { what: `${what}: processors`, beside, ours: ours.cpuMs / tasks, floor: floor.cpuMs / tasks, unit: 'ms', goal: goals.processors },
  ]
}

/** A repository for as long as the work needs it. */
export const withRepository = (tasks, files, work, stages = 1) => {
  const repository = temporaryRepository({ milestones: tasks, stages, files })
  try {
    return work(repository)
  } finally {
    repository.remove()
  }
}

/** All of it by orch. */
export const byOrch = (tasks, files, stages = 1) => {
  const run = (repository) => {
    const config = configure(repository, lean({ concurrency: slots }))
    return timed(process.execPath, [orch, 'run', '--config', config], { cwd: repository.path })
  }
  return withRepository(tasks, files, run, stages)
}

const byHand = (tasks, files, stages) => {
  const run = (repository) => {
    const args = ['-P', String(slots), '-n', '1', floorScript, path.join(repository.folder, 'worktrees'), standIn]
    return timed('xargs', args, { cwd: repository.path, input: repository.ids.join('\n') })
  }
  return withRepository(tasks, files, run, stages)
}
