import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { compareIds, type Milestone, type MilestoneId } from '../../core/milestone.js'
import type { Locate } from '../../core/plan.js'
import { compareProblems, type Problem } from '../../core/problem.js'
import { err, ok, type Result } from '../../core/result.js'
import type { ParsedMilestone } from '../../documents/milestone-file.js'
import { readMilestoneName, suggestMilestoneName } from '../../documents/milestone-name.js'
import type { MilestoneSource } from '../../engine/ports/milestone-source.js'

/** The folder with the milestone files. */
export interface MilestoneFolder extends MilestoneSource {
  /** Where something stands in the files as they were last read. */
  readonly locate: Locate
  /** Nobody has written a milestone yet; the folder need not be there either. */
  isEmpty(): Promise<boolean>
}

/** @param place the repository's top folder, and the milestone folder relative to it */
export function milestoneFolder(place: { readonly root: string; readonly dir: string }): MilestoneFolder {
  let known: ReadonlyMap<string, ParsedMilestone> = new Map()
  return {
    async read() {
      const parsed = await readAll(place)
      if (!parsed.ok) return parsed
      known = new Map(parsed.value.map((p) => [p.milestone.file, p]))
      return ok(parsed.value.map((p) => p.milestone).sort((a, b) => compareIds(a.id, b.id)))
    },
    isEmpty: async () => {
      const names = await namesIn(path.join(place.root, place.dir))
      return names.ok ? !names.value.some(mayBeMilestone) : names.error === missing
    },
    locate: (milestone, what, value) => known.get(milestone.file)?.locate(what, value) ?? { line: 1, column: 1 },
  }
}

type Parsed = Result<readonly ParsedMilestone[], readonly Problem[]>

async function readAll({ root, dir }: { root: string; dir: string }): Promise<Parsed> {
  const names = await namesIn(path.join(root, dir))
  if (!names.ok)
    return err([{ ...problem(dir, `the milestone folder ${dir} ${names.error}`, 'Make it, with an example: orch init'), ...nowhere }])
  const candidates = names.value.filter(mayBeMilestone)
  if (candidates.length === 0)
    return err([{ ...problem(dir, `there is no milestone in ${dir}`, 'Write the first one, or get an example: orch init'), ...nowhere }])
  const results: Result<ParsedMilestone, readonly Problem[]>[] = []
  for (const name of candidates) results.push(await readOne(root, dir === '.' ? name : path.posix.join(dir, name)))
  const good = results.flatMap((r) => (r.ok ? [r.value] : []))
  const problems = [...results.flatMap((r) => (r.ok ? [] : r.error)), ...twins(good.map((p) => p.milestone))]
  return problems.length > 0 ? err(problems.sort(compareProblems)) : ok(good)
}

/** Where a folder has something wrong. */
const nowhere = { line: 0, column: 0 }

const problem = (file: string, message: string, hint: string): Problem => ({ file, line: 1, column: 1, message, hint })

const missing = 'does not exist'

async function namesIn(folder: string): Promise<Result<string[], string>> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return ok(
      entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => entry.name)
        .sort(),
    )
  } catch (error) {
    return err(hasCode(error, 'ENOENT') ? missing : hasCode(error, 'ENOTDIR') ? 'is no folder' : `cannot be read (${codeOf(error)})`)
  }
}

/** Notes that people keep beside milestones, and the hidden files of editors, are none. */
const mayBeMilestone = (name: string): boolean => /\.md$/i.test(name) && !/^[._]/.test(name) && name.toLowerCase() !== 'readme.md'

async function readOne(root: string, file: string): Promise<Result<ParsedMilestone, readonly Problem[]>> {
  const name = path.posix.basename(file)
  if (readMilestoneName(name) === null) {
    const hint = `Rename it to ${suggestMilestoneName(name)}, or to _${name} to have it ignored`
    return err([problem(file, `${name} is no name for a milestone`, hint)])
  }
  const text = await readText(path.join(root, file))
  if (!text.ok) return err([problem(file, text.error, 'Save it as plain UTF-8 text that you may read')])
  // The parser of markdown is large, and most commands need no milestone.
  const { parseMilestone } = await import('../../documents/milestone-file.js')
  return parseMilestone({ file, text: text.value, hash: createHash('sha256').update(text.value).digest('hex') })
}

async function readText(file: string): Promise<Result<string, string>> {
  try {
    // Opening a pipe would wait for somebody to write.
    if (!(await stat(file)).isFile()) return err('this is no ordinary file')
    const bytes = await readFile(file)
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes))
  } catch (error) {
    return err(error instanceof TypeError ? 'the file is not UTF-8' : `the file cannot be read (${codeOf(error)})`)
  }
}

/** Files that claim the same id: `1A.md` and `1A-setup.md`. */
function twins(milestones: readonly Milestone[]): Problem[] {
  const first = new Map<MilestoneId, string>()
  return milestones.flatMap(({ id, file }) => {
    const other = first.get(id)
    if (other === undefined) first.set(id, file)
    return other === undefined ? [] : [problem(file, `${file} and ${other} are both milestone ${id}`, 'Give one of them another letter')]
  })
}

const hasCode = (error: unknown, code: string): boolean => codeOf(error) === code

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : String(error))
