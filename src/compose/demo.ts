import { cp, mkdir, mkdtemp, readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { bundledMilestones, templatesFolder } from '../adapters/files/package-files.js'
import { createRepository, firstParentsOf } from '../adapters/git/create-repository.js'
import type { Failure } from '../core/failure.js'
import { err, ok, type Result } from '../core/result.js'
import { gitOf, type Surroundings } from './project.js'

/** The folder that was named, or a new temporary one. */
export const demoFolder = async (cwd: string, named: string | null): Promise<string> =>
  named === null ? mkdtemp(path.join(tmpdir(), 'orch-demo-')) : path.resolve(cwd, named)

/** Makes the demo's repository: a tiny library at its first commit, and the bundled milestones. The folder must be new or empty. */
export async function makeDemo(surroundings: Surroundings, folder: string): Promise<Result<void, Failure | 'not-empty'>> {
  await mkdir(folder, { recursive: true })
  if ((await readdir(folder)).length > 0) return err('not-empty')
  await cp(path.join(templatesFolder, 'demo'), folder, { recursive: true })
  await cp(bundledMilestones, path.join(folder, 'milestones'), { recursive: true })
  const created = await createRepository(gitOf(surroundings), folder, 'Begin with a tiny library')
  return created.ok ? ok(undefined) : created
}

/** What the demo brought to its branch, one line for each commit. */
export const firstParents = (surroundings: Surroundings, folder: string): Promise<Result<string, Failure>> =>
  firstParentsOf(gitOf(surroundings), folder)
