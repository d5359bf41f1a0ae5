// node bench/sandcastle-worker.js <folder of the package> <repository> <stand-in> <at once> <task ...>: one worktree, one session, one review and one merge for each task.
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import pMap from 'p-map'

const [packages, repository, standIn, slots, ...tasks] = process.argv.slice(2)
const at = path.join(packages, 'node_modules', '@ai-hero', 'sandcastle', 'dist')
const { claudeCode, createWorktree } = await import(pathToFileURL(path.join(at, 'index.js')).href)
const { noSandbox } = await import(pathToFileURL(path.join(at, 'sandboxes', 'no-sandbox.js')).href)
const git = (...args) => promisify(execFile)('git', args, { cwd: repository })

/** It leaves the commit to the agent, so the stand-in is given a shell around it that commits. */
const programs = path.join(packages, 'bin')
mkdirSync(programs, { recursive: true })
const claude = path.join(programs, 'claude')
writeFileSync(
  claude,
  `#!/bin/sh\n"${standIn}" "$@" && { [ "$ORCH_STEP" = review ] || { git add --all && git commit --quiet --message work; }; } >&2\n`,
)
chmodSync(claude, 0o755)
process.env.PATH = `${programs}${path.delimiter}${process.env.PATH}`

let [making, merging] = [Promise.resolve(), Promise.resolve()]

async function carryOut(task) {
  const branchStrategy = { type: 'branch', branch: `peer/${task}` }
  // Side by side, git itself fails now and then.
  const made = making.then(() => createWorktree({ cwd: repository, branchStrategy }))
  making = made.catch(() => undefined)
  const worktree = await made
  const session = (step) =>
    worktree.run({
      agent: claudeCode('stand-in', { captureSessions: false, env: { ORCH_TASK: task, ORCH_STEP: step } }),
      sandbox: noSandbox(),
      prompt: `${step} ${task}`,
    })
  await session('implement')
  await session('review')
  const merged = merging.then(() => git('merge', '--quiet', '--no-ff', '--message', `Merge ${task}`, `peer/${task}`))
  merging = merged.catch(() => undefined)
  await merged
  await worktree.close()
}

await pMap(tasks, carryOut, { concurrency: Number(slots) })
