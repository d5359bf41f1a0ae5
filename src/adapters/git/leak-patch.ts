import type { Failure } from '../../core/failure.js'
import type { Change } from '../../core/leak.js'
import { ok, type Result } from '../../core/result.js'
import { emptyTree } from './empty-tree.js'
import { ownObjects } from './file-marks.js'
import { inOwnIndex } from './own-index.js'
import { line, type Site } from './site.js'

/** The changes as text for `git apply`, place after place, each with a line that says where; what is no patch stands in such lines too. */
export async function patchOf(site: Site, changes: readonly Change[]): Promise<Result<string, Failure>> {
  const files = changes.filter((c) => c.kind === 'file')
  const parts: string[] = []
  for (const place of new Set(files.map((c) => c.place ?? '/'))) {
    const part = await filesPart(
      site,
      place,
      files.filter((c) => (c.place ?? '/') === place),
    )
    if (!part.ok) return part
    parts.push(part.value)
  }
  for (const change of changes.filter((c) => c.kind === 'ref')) {
    const part = await refPart(site, change)
    if (!part.ok) return part
    parts.push(part.value)
  }
  return ok(parts.join('\n'))
}

const isObject = (side: string | null): boolean => side === null || /^\d+ [0-9a-f]+$/.test(side)

async function filesPart(site: Site, place: string, changes: readonly Change[]): Promise<Result<string, Failure>> {
  const shown = changes.filter((c) => isObject(c.before) && isObject(c.after))
  const others = changes.filter((c) => !shown.includes(c)).map((c) => `# not shown, large or no plain file: ${c.name}\n`)
  const before = await treeOfSides(site, shown, 'before')
  if (!before.ok) return before
  const after = await treeOfSides(site, shown, 'after')
  if (!after.ok) return after
  const diff = await diffOf(site, before.value, after.value)
  return diff.ok ? ok(`# In ${place}:\n${others.join('')}${diff.value}`) : diff
}

/** A tree of one side of the changes and nothing else. */
function treeOfSides(site: Site, changes: readonly Change[], side: 'before' | 'after'): Promise<Result<string, Failure>> {
  return inOwnIndex(site, async (index) => {
    const doing = 'keep a change aside'
    const env = { ...ownObjects(site), ...index }
    const input = changes.flatMap((c) => (c[side] === null ? [] : [`${c[side]}\t${c.name}\0`])).join('')
    const added = await site.inMemory({ doing, args: ['update-index', '-z', '--index-info'], input, env })
    return added.ok ? line(site.inMemory({ doing, args: ['write-tree'], env })) : added
  })
}

async function diffOf(site: Site, before: string, after: string): Promise<Result<string, Failure>> {
  const how = [
    '-r',
    '-p',
    '--binary',
    '--full-index',
    '--no-renames',
    '--no-ext-diff',
    '--no-textconv',
    '--src-prefix=a/',
    '--dst-prefix=b/',
  ]
  const answer = await site.inMemory({ doing: 'keep a change aside', args: ['diff-tree', ...how, before, after], env: ownObjects(site) })
  return answer.ok ? ok(answer.value.stdout) : answer
}

async function refPart(site: Site, change: Change): Promise<Result<string, Failure>> {
  const heading = `# ${change.name}: ${change.before ?? 'nothing'} -> ${change.after ?? 'nothing'}\n`
  const texts: string[] = []
  for (const [from, to] of spansOf(change)) {
    const ends: string[] = []
    for (const end of [from, to]) {
      const args = ['rev-parse', '--verify', '--quiet', `${end}^{tree}`]
      const found = await site.inMemory({ doing: 'keep a change aside', args, exits: [0, 1, 128] })
      if (!found.ok) return found
      if (found.value.exitCode === 0) ends.push(found.value.stdout.trim())
    }
    const [before, after] = ends
    if (before === undefined || after === undefined) continue
    const diff = await diffOf(site, before, after)
    if (!diff.ok) return diff
    texts.push(diff.value)
  }
  return ok(heading + texts.join(''))
}

/** From where to where a ref's change is shown: a stash and a new branch by what their commit brought. A stash keeps untracked files apart. */
function spansOf({ name, before, after }: Change): readonly (readonly [from: string, to: string])[] {
  const commit = after ?? before ?? ''
  if (name !== 'refs/stash') return after === null ? [] : [[before ?? `${commit}^1`, commit]]
  const empty = commit.length === 64 ? emptyTree.sha256 : emptyTree.sha1
  return [
    [`${commit}^1`, commit],
    [empty, `${commit}^3`],
  ]
}
