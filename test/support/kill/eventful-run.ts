import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Rig } from '../rig.js'

const worker = fileURLToPath(new URL('worker.sh', import.meta.url))

const milestone = (id: string, criterion: string, front = ''): string =>
  `${front}# Milestone ${id} - Work ${id}\n## Tasks\n1. Do ${id}\n## Exit Criteria\n- ${criterion}\n`

const milestones = {
  '1A': milestone('1A', 'the file is there'),
  '1B': milestone('1B', '`test -f 1B.txt`'),
  '2A': milestone('2A', '`test -f 2A.txt`'),
}

/** So many that worktrees are handed on from stage to stage. */
const manyFiles = Object.fromEntries(Array.from({ length: 520 }, (_, n) => [`lib/${n % 10}/${n}.txt`, `${n}\n`]))

/** What a person has in the checkout and has not committed; the second one is staged. */
const edits = { 'edited.txt': 'edited\n', 'staged.txt': 'staged\n', 'untracked.txt': 'new\n' }

/** Two stages: 1A is sent back by its review, 1B conflicts with it and is resolved, and the person has edits in the checkout. */
export function eventfulRig(concurrency: number): Rig {
  const rig = Rig.create({
    files: { ...manyFiles, 'shared.txt': 'base\n', 'edited.txt': 'before\n', 'staged.txt': 'before\n', 'src/a b/ü.txt': 'x\n' },
    milestones,
  })
  const agent = { command: worker, env: { WORKER_LOG: sessionsFile(rig) } }
  rig.configure({ agent, execution: { concurrency }, review: { scope: ['task'] } })
  rig.commit('Configure')
  rig.write(edits)
  rig.git('add', 'staged.txt')
  return rig
}

const sessionsFile = (rig: Rig): string => join(rig.root, 'sessions.log')

/** Each start of the agent program, which is what costs money: step, task, number and session. */
export const sessionsOf = (rig: Rig): string[] => linesOf(sessionsFile(rig))

/** The lines of a file; none when it is not there. */
export function linesOf(file: string): string[] {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  return text.split('\n').filter((line) => line !== '')
}

/** Everything that must come out the same however often a run was killed. */
export function endStateOf(rig: Rig) {
  return {
    tree: filesOf(rig),
    board: rig.has('TASKS.md') ? comparable(rig.read('TASKS.md')) : null,
    merges: mergesOf(rig),
    branches: rig.git('for-each-ref', '--format=%(refname)'),
    worktrees: worktreesOf(rig),
    status: rig.git('status', '--porcelain', '--untracked-files=all'),
    edits: Object.keys(edits).map((path) => rig.read(path)),
    config: rig.git('config', '--local', '--list'),
    leftovers: leftoversOf(rig),
    fsck: rig.git('fsck', '--strict', '--no-dangling', '--no-progress'),
    processes: rig.processes(),
    lastFact: rig.facts().at(-1)?.type,
  }
}

/** Blobs and paths of the branch, without those that name the run or the rig. */
function filesOf(rig: Rig): string[] {
  const entries = rig.git('ls-tree', '-r', 'main').split('\n')
  return entries.filter((entry) => !/\t(TASKS\.md|\.orchestratorrc\.json)$/.test(entry))
}

function mergesOf(rig: Rig): string[] {
  const trailer = (key: string): string => `%(trailers:key=${key},valueonly,separator=%x20)`
  const merges = rig.git('log', '--min-parents=2', `--format=${trailer('Orch-Task')} ${trailer('Orch-Milestone')}`, 'main')
  return merges
    .split('\n')
    .flatMap((line) => /^(\d\w+) [0-9a-f]+$/.exec(line)?.[1] ?? [])
    .sort()
}

function worktreesOf(rig: Rig): string[] {
  const folder = join(rig.repo, '.orch', 'worktrees')
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => !e.isDirectory()) : []
  return [...rig.git('worktree', 'list').split('\n').slice(1), ...files.map((e) => join(e.parentPath, e.name))]
}

const passing = /\.lock($|\.)|\.tmp$|orch-(closing|conflict|index)$|precious\.json$|git\/index-|\.kept-|\.damaged-|\.orch-copy$/

/** Locks, claims, notes, temporary files and whatever was moved aside. */
function leftoversOf(rig: Rig): string[] {
  const names = ['.git', '.orch'].flatMap((folder) => readdirSync(join(rig.repo, folder), { recursive: true, encoding: 'utf8' }))
  return names.filter((name) => passing.test(name)).sort()
}

/** TASKS.md without what differs from one run to the next. */
const comparable = (board: string): string =>
  board
    .replace(/\d{8}-\d{6}-[0-9a-z]{4}/g, '<run>')
    .replace(/\b[0-9a-f]{12}\b/g, '<commit>')
    .replace(/\$\d+\.\d\d/g, '<money>')
    .replace(/\d+ tokens in, \d+ out/g, '<tokens>')
    .replace(/after \d+\.\d s/g, 'after <time>')
    .replace(/\| (?:\d+[hms] ?)+ \|/g, '| <time> |')
