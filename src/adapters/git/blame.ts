import type { CommitId } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { ok, type Result } from '../../core/result.js'
import type { ChangedPlace } from '../../engine/ports/repository.js'
import type { Site } from './site.js'

const doing = 'look who changed a line'

/** Of the merges that hold the commits which made a place what it is, the earliest each: later ones only carry it along. */
export async function broughtBy(
  site: Site,
  place: ChangedPlace,
  merges: readonly CommitId[],
): Promise<Result<readonly CommitId[], Failure>> {
  const changes = await changesAt(site, place)
  if (!changes.ok) return changes
  const brought = new Set<CommitId>()
  for (const commit of changes.value) {
    const merge = await firstWith(site, commit, { tip: place.tip, merges })
    if (!merge.ok) return merge
    if (merge.value !== null) brought.add(merge.value)
  }
  return ok([...brought])
}

/** Where the line is not there, the file counts. */
async function changesAt(site: Site, place: ChangedPlace): Promise<Result<readonly CommitId[], Failure>> {
  const line = place.line === null ? ok(null) : await blame(site, place, place.line)
  if (!line.ok) return line
  return line.value === null ? changesOf(site, place) : ok(line.value)
}

/** Null: no such line. Empty: it stood there before. */
async function blame(site: Site, { since, tip, file }: ChangedPlace, line: number): Promise<Result<readonly CommitId[] | null, Failure>> {
  const args = ['blame', '--porcelain', '-L', `${line},${line}`, `${since}..${tip}`, '--', file]
  const answer = await site.inMemory({ doing, args, exits: [0, 128] })
  if (!answer.ok) return answer
  const commit = /^[0-9a-f]+/.exec(answer.value.stdout)?.[0]
  if (answer.value.exitCode !== 0 || commit === undefined) return ok(null)
  return ok(/^boundary$/m.test(answer.value.stdout) ? [] : [commit])
}

/** A file that half the stage has worked on is nobody's alone, however many they are. */
const mostChanges = 50

async function changesOf(site: Site, { since, tip, file }: ChangedPlace): Promise<Result<readonly CommitId[], Failure>> {
  if (file === '') return ok([])
  const which = ['--full-history', '--no-merges', `--max-count=${mostChanges}`]
  const args = ['log', '--format=%H', ...which, `${since}..${tip}`, '--', `:(top,literal)${file}`]
  const answer = await site.inMemory({ doing, args, exits: [0, 128] })
  return answer.ok ? ok(answer.value.stdout.split('\n').filter((commit) => commit !== '')) : answer
}

async function firstWith(
  site: Site,
  commit: CommitId,
  { tip, merges }: { tip: CommitId; merges: readonly CommitId[] },
): Promise<Result<CommitId | null, Failure>> {
  const args = ['rev-list', '--topo-order', '--reverse', '--ancestry-path', `${commit}..${tip}`]
  const answer = await site.inMemory({ doing, args })
  if (!answer.ok) return answer
  const onTheWay = [commit, ...answer.value.stdout.split('\n')]
  return ok(onTheWay.find((c) => merges.includes(c)) ?? null)
}
