import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

/** A repository with so many milestones in its first stage, for the built-in stand-in. `remove()` removes it. */
export function temporaryRepository({ milestones }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'orch-bench-'))
  const git = (...args) =>
    execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost', ...args], { cwd: folder, stdio: 'pipe' })
  const ids = Array.from({ length: milestones }, (_, i) => `1${letters(i)}`)
  const milestone = (id) => `# Milestone ${id} - Work\n## Tasks\n1. Do it\n## Exit Criteria\n- It is done\n`
  git('init', '--quiet', '--initial-branch=main')
  mkdirSync(path.join(folder, 'milestones'))
  for (const id of ids) writeFileSync(path.join(folder, 'milestones', `${id}.md`), milestone(id))
  writeFileSync(path.join(folder, '.orchestratorrc.json'), `${JSON.stringify({ agent: { command: 'understudy', sandbox: 'off' } })}\n`)
  git('add', '--all')
  git('commit', '--quiet', '-m', 'Begin')
  return {
    path: folder,
    ids,
    git,
    milestone,
    remove() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** 0 → A, 25 → Z, 26 → AA. */
function letters(n) {
  let text = ''
  for (let rest = n + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) text = String.fromCharCode(65 + ((rest - 1) % 26)) + text
  return text
}
