import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { standIn } from './temporary-repository.js'

export const takt = 'takt@0.39.0'

/** Carries out what is queued, then merges. */
export const taktScript = fileURLToPath(new URL('takt.sh', import.meta.url))

/**
 * Queues a repository's tasks for takt: names and branches given, so that no session makes them up, and of each step one way on, so that none judges it.
 * @returns the folder of its own config
 */
export function taktConfigured(repository, slots) {
  const home = path.join(repository.folder, 'takt')
  const own = path.join(repository.path, '.takt')
  mkdirSync(home)
  mkdirSync(path.join(own, 'workflows'), { recursive: true })
  const agent = path.join(home, 'claude')
  writeFileSync(agent, agentText)
  chmodSync(agent, 0o755)
  writeFileSync(path.join(home, 'config.yaml'), JSON.stringify(config(agent, path.join(repository.folder, 'clones'), slots)))
  writeFileSync(path.join(own, 'workflows', 'bench.yaml'), JSON.stringify(workflow))
  writeFileSync(path.join(own, 'tasks.yaml'), JSON.stringify({ tasks: repository.ids.map(task) }))
  appendFileSync(path.join(repository.path, '.git', 'info', 'exclude'), '.takt\n')
  return home
}

/** It cannot give a session its own environment, so task and step stand in the prompt. */
const agentText = `#!/bin/sh
said="$*"
task=\${said#*bench-task:}
export ORCH_TASK="\${task%%:*}"
case "$said" in *bench-step:review:*) ORCH_STEP=review ;; *) ORCH_STEP=implement ;; esac
export ORCH_STEP
exec '${standIn}' "$@"
`

/** JSON is YAML. */
const config = (agent, clones, slots) => ({
  language: 'en',
  provider: 'claude',
  claude_cli_path: agent,
  concurrency: slots,
  task_poll_interval_ms: 100,
  worktree_dir: clones,
  enable_builtin_workflows: false,
  notification_sound: false,
  prevent_sleep: false,
  auto_pr: false,
})

const step = (name, edit, next) => ({ name, edit, instruction: `bench-step:${name}: {task}`, rules: [{ when: 'true', next }] })

const workflow = {
  name: 'bench',
  initial_step: 'implement',
  max_steps: 5,
  steps: [step('implement', true, 'review'), step('review', false, 'COMPLETE')],
}

const task = (id) => ({
  name: id,
  slug: id.toLowerCase(),
  status: 'pending',
  content: `bench-task:${id}:`,
  workflow: 'bench',
  worktree: true,
  branch: `peer/${id}`,
  base_branch: 'main',
  created_at: new Date().toISOString(),
  started_at: null,
  completed_at: null,
})
