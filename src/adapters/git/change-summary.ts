import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import type { ChangeSummary } from '../../core/reported-task.js'
import { ok, type Result } from '../../core/result.js'
import type { Site } from './site.js'

const doing = 'sum a change up'
/** Of a task that is under way in its hundredth commit, the beginning is enough. */
const mostCommits = 100

/** What lies between two commits, its own commits named, merges left out; null: git no longer has them. */
export async function changeSummary(site: Site, from: CommitId, to: CommitId): Promise<Result<ChangeSummary | null, Failure>> {
  const numbers = ['diff-tree', '-r', '-z', '--numstat', '--no-renames', '--no-ext-diff', '--no-textconv', from, to]
  const commits = [
    'log',
    '-z',
    '--no-merges',
    '--topo-order',
    '--reverse',
    `--max-count=${mostCommits}`,
    '--format=%H %s',
    `${from}..${to}`,
  ]
  // Asked for a report, which leaves nothing behind: not even the folder for work in memory.
  const sums = await site.inRepository({ doing, args: numbers, exits: [0, 128] })
  if (!sums.ok) return sums
  const named = await site.inRepository({ doing, args: commits, exits: [0, 128] })
  if (!named.ok) return named
  if (sums.value.exitCode !== 0 || named.value.exitCode !== 0) return ok(null)
  return ok({ ...parseNumbers(sums.value.stdout), commits: parseCommits(named.value.stdout) })
}

/** Reads `git diff-tree --numstat -z`; of binary files there are no lines to count. */
function parseNumbers(text: string): Omit<ChangeSummary, 'commits'> {
  const rows = text.split('\0').flatMap((row) => {
    const [, inserted, deleted] = /^(\d+|-)\t(\d+|-)\t/.exec(row) ?? []
    return inserted === undefined || deleted === undefined ? [] : [[Number(inserted) || 0, Number(deleted) || 0] as const]
  })
  const sum = (of: 0 | 1): number => rows.reduce((total, row) => total + row[of], 0)
  return { files: rows.length, insertions: sum(0), deletions: sum(1) }
}

const parseCommits = (text: string): ChangeSummary['commits'] =>
  text
    .split('\0')
    .filter((row) => row !== '')
    .map((row) => ({ commit: row.slice(0, row.indexOf(' ')), subject: row.slice(row.indexOf(' ') + 1) }))
