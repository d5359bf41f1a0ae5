import { execFileSync } from 'node:child_process'
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Settings by which git starts a program, and the attributes that choose the drivers. */
const settings = (program: (name: string) => string): string => `
[core]
	fsmonitor = ${program('fsmonitor')}
	sshCommand = ${program('ssh')}
	pager = ${program('pager')}
	editor = ${program('editor')}
	askPass = ${program('askpass')}
	alternateRefsCommand = ${program('alternate-refs')}
	hooksPath = ${program('')}
[filter "hostile"]
	clean = ${program('clean')}
	smudge = ${program('smudge')}
[filter "hostile-too"]
	process = ${program('process')}
[diff]
	external = ${program('external-diff')}
[diff "hostile"]
	command = ${program('diff-driver')}
	textconv = ${program('textconv')}
[merge "hostile"]
	driver = ${program('merge')}
[credential]
	helper = ${program('credentials')}
[gpg]
	program = ${program('gpg')}
[remote "hostile"]
	url = ssh://hostile/x
	uploadpack = ${program('uploadpack')}
	promisor = true
[extensions]
	partialClone = hostile
`

const names = [
  ...['fsmonitor', 'ssh', 'pager', 'editor', 'askpass', 'alternate-refs', 'clean', 'smudge', 'process', 'external-diff', 'diff-driver'],
  ...['textconv', 'merge', 'credentials', 'gpg', 'uploadpack', 'included'],
  ...['pre-commit', 'post-commit', 'post-checkout', 'post-index-change', 'reference-transaction', 'pre-push'],
]

/**
 * Makes the settings of a repository name programs wherever git can start one, hooks and an included file among them, each of which leaves
 * its name behind. Its tracked files are touched, so that git has to look at what they hold.
 * @param keptIn where the programs lie
 * @returns which ran since the last time that this was asked
 */
export function makeHostile(repository: string, keptIn: string): () => readonly string[] {
  const folder = join(keptIn, 'programs of others')
  const log = join(keptIn, 'ran.log')
  mkdirSync(folder, { recursive: true })
  for (const name of names) {
    const body = name === 'clean' || name === 'smudge' ? 'cat' : 'exit 0'
    writeFileSync(join(folder, name), `#!/bin/sh\necho ${name} >> '${log}'\n${body}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  const program = (name: string): string => `"'${join(folder, name)}'"`
  const gitDir = execFileSync('git', ['rev-parse', '--absolute-git-dir'], { cwd: repository, encoding: 'utf8' }).trim()
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: repository, encoding: 'utf8' }).split('\0')
  const included = join(folder, 'config')
  writeFileSync(included, `[core]\n\tfsmonitor = ${program('included')}\n`)
  const text = settings((name) => (name === '' ? `"${folder}"` : program(name)))
  appendFileSync(join(gitDir, 'config'), `${text}[include]\n\tpath = "${included}"\n`)
  mkdirSync(join(gitDir, 'info'), { recursive: true })
  writeFileSync(join(gitDir, 'info', 'attributes'), '* filter=hostile diff=hostile merge=hostile\n*.too filter=hostile-too\n')
  for (const path of tracked.filter((one) => one !== '')) writeFileSync(join(repository, path), readFileSync(join(repository, path)))
  return () => {
    const ran = existsSync(log) ? readFileSync(log, 'utf8').split('\n') : []
    writeFileSync(log, '')
    return [...new Set(ran)].filter((name) => name !== '').sort()
  }
}
