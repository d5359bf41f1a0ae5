import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The program as it is built. */
export const orch = fileURLToPath(new URL('../bin/run.js', import.meta.url))

/** The leanest agent. */
export const standIn = fileURLToPath(new URL('stand-in.sh', import.meta.url))

/** A repository with so many milestones, evenly in so many stages, and so many files beside them. `remove()` removes it, and all that was made in `folder`. */
export function temporaryRepository({ milestones, stages = 1, files = 0 }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'orch-bench-'))
  const repo = path.join(folder, 'repo')
  const git = (...args) => execFileSync('git', [...asBench, ...args], { cwd: repo, stdio: 'pipe', maxBuffer: 2 ** 26 })
  const inOne = Math.ceil(milestones / stages)
  const ids = Array.from({ length: milestones }, (_, i) => `${1 + Math.floor(i / inOne)}${letters(i % inOne)}`)
  mkdirSync(repo)
  git('init', '--quiet', '--initial-branch=main')
  for (const [key, value] of identity) git('config', key, value)
  const contents = [...ids.map((id) => [`milestones/${id}.md`, milestone(id)]), ...Array.from({ length: files }, (_, n) => source(n))]
  execFileSync('git', ['fast-import', '--quiet'], { cwd: repo, input: firstCommit(contents) })
  git('reset', '--quiet', '--hard')
  return { path: repo, folder, ids, git, milestone, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Writes a config outside of what is committed. @returns its path */
export function configure(repository, config) {
  const file = path.join(repository.folder, 'orch.json')
  writeFileSync(file, JSON.stringify(config))
  return file
}

/** Nothing waits but for what it needs. */
export const lean = ({ command = standIn, concurrency, env = {} }) => ({
  agent: { command, sandbox: 'off', env },
  review: { scope: ['task'] },
  execution: { spawnPerMinute: null, concurrency },
  resources: { perTaskMemory: '1MiB' },
})

const identity = [
  ['user.name', 'bench'],
  ['user.email', 'bench@localhost'],
]
const asBench = identity.flatMap(([key, value]) => ['-c', `${key}=${value}`])

const milestone = (id) => `# Milestone ${id} - Work\n## Tasks\n1. Do it\n## Exit Criteria\n- It is done\n`

const source = (n) => [`src/${n % 100}/file-${n}.txt`, `file ${n}\n`.repeat(20)]

/** All files in one commit, as git fast-import reads it: of 50,000 files a tenth of the time that adding them takes. */
function firstCommit(contents) {
  const data = (text) => `data ${Buffer.byteLength(text)}\n${text}\n`
  const head = `commit refs/heads/main\ncommitter bench <bench@localhost> 1700000000 +0000\n${data('Begin')}`
  return head + contents.map(([name, text]) => `M 100644 inline ${name}\n${data(text)}`).join('')
}

/** 0 → A, 25 → Z, 26 → AA. */
export function letters(n) {
  let text = ''
  for (let rest = n + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) text = String.fromCharCode(65 + ((rest - 1) % 26)) + text
  return text
}
