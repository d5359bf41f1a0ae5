import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { paired, timed } from './measure.js'
import { configure, lean, orch, standIn, temporaryRepository } from './temporary-repository.js'

const floorScript = fileURLToPath(new URL('floor.sh', import.meta.url))
export const slots = 4

/** A task from its worktree to its merge, with an agent that takes no time: orch with all that it saves, checks and watches, beside the same git steps by hand. */
export function nullAgent({ tasks, files, rounds }) {
  const { ours, floor } = paired({ ours: () => byOrch(tasks, files), floor: () => byHand(tasks, files) }, rounds)
  const what = `a task end to end, ${files} files, ${slots} slots, ${tasks} tasks`
  const beside = `the same git steps under xargs -P ${slots}`
  return [
    { what: `${what}: wall`, beside, ours: ours.wallMs / tasks, floor: floor.wallMs / tasks, unit: 'ms', goal: 1.25 },
    { what: `${what}: processors`, beside, ours: ours.cpuMs / tasks, floor: floor.cpuMs / tasks, unit: 'ms', goal: 1.5 },
  ]
}

/** A repository for as long as the work needs it. */
export const withRepository = (tasks, files, work) => {
  const repository = temporaryRepository({ milestones: tasks, files })
  try {
    return work(repository)
  } finally {
    repository.remove()
  }
}

/** All of it by orch. */
export const byOrch = (tasks, files) =>
  withRepository(tasks, files, (repository) => {
    const config = configure(repository, lean({ concurrency: slots }))
    return timed(process.execPath, [orch, 'run', '--config', config], { cwd: repository.path })
  })

const byHand = (tasks, files) =>
  withRepository(tasks, files, (repository) => {
    const args = ['-P', String(slots), '-n', '1', floorScript, path.join(repository.folder, 'worktrees'), standIn]
    return timed('xargs', args, { cwd: repository.path, input: repository.ids.join('\n') })
  })
