import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { temporaryRepository } from './temporary-repository.js'

const orch = fileURLToPath(new URL('../bin/run.js', import.meta.url))
const understudy = fileURLToPath(new URL('../bin/understudy.js', import.meta.url))
const instant = { ...process.env, UNDERSTUDY_SPEED: '0' }

/**
 * Milliseconds per task, the stand-in's own two sessions (implement and review) included on both sides: orch with everything that it
 * does, beside a plain loop of worktree add, sessions, commit, merge, worktree remove, with nothing saved, checked or read.
 */
export function overhead({ tasks }) {
  const ours = temporaryRepository({ milestones: tasks })
  const theirs = temporaryRepository({ milestones: tasks })
  try {
    const floor = timed(() => plainLoop(theirs, tasks))
    const run = timed(() =>
      execFileSync(process.execPath, [orch, 'run', '--concurrency', '1'], { cwd: ours.path, env: instant, stdio: 'ignore' }),
    )
    const what = `one of ${tasks} tasks by orch run, one at a time`
    return [{ what, beside: 'a plain loop over git and the stand-in', ours: run / tasks, theirs: floor / tasks, unit: 'ms' }]
  } finally {
    ours.remove()
    theirs.remove()
  }
}

function timed(work) {
  const began = performance.now()
  work()
  return performance.now() - began
}

function plainLoop(repository, tasks) {
  for (const id of repository.ids.slice(0, tasks)) {
    const worktree = path.join(repository.path, '.orch', id)
    repository.git('worktree', 'add', '--quiet', '-b', `loop/${id}`, worktree)
    for (const step of ['implement', 'review']) session(repository, { id, step, cwd: worktree })
    repository.git('-C', worktree, 'add', '--all')
    repository.git('-C', worktree, 'commit', '--quiet', '-m', id)
    repository.git('merge', '--quiet', '--no-ff', '-m', `Merge ${id}`, `loop/${id}`)
    repository.git('worktree', 'remove', worktree)
  }
}

function session(repository, { id, step, cwd }) {
  const env = {
    ...instant,
    ORCH_RUN: 'loop',
    ORCH_TASK: id,
    ORCH_STEP: step,
    UNDERSTUDY_HOME: path.join(repository.path, '.orch', 'understudy'),
  }
  const schema = step === 'review' ? ['--json-schema', '{}'] : []
  const args = [understudy, '-p', '--output-format', 'stream-json', '--verbose', ...schema]
  execFileSync(process.execPath, args, { cwd, env, input: repository.milestone(id), stdio: ['pipe', 'ignore', 'ignore'] })
}
