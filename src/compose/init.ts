import { existsSync } from 'node:fs'
import { copyFile, mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { templatesFolder } from '../adapters/files/package-files.js'
import type { Project } from './project.js'

/** A file that `orch init` writes, and whether it was there already. */
export interface InitFile {
  readonly file: string
  readonly written: boolean
  /** What it is there for. */
  readonly purpose: string
}

/** Writes a first milestone and a config. A file that is there is never touched, and a folder with milestones gets no sample. */
export async function initProject(project: Project): Promise<readonly InitFile[]> {
  const milestones = path.join(project.root, project.config.milestones.dir)
  const hasMilestones = existsSync(milestones) && (await readdir(milestones)).some((name) => name.endsWith('.md'))
  const sample = path.join(milestones, '1A.md')
  const config = path.join(project.root, '.orchestratorrc.json')
  return [
    hasMilestones
      ? { file: path.relative(project.root, milestones), written: false, purpose: 'it holds milestones already' }
      : {
          file: path.relative(project.root, sample),
          written: await write('1A.md', sample),
          purpose: 'an example: put what you want done in its place',
        },
    {
      file: path.relative(project.root, config),
      written: await write('.orchestratorrc.json', config),
      purpose: 'its "checks" are the commands that must pass, such as "npm test"',
    },
  ]
}

async function write(template: string, target: string): Promise<boolean> {
  if (existsSync(target)) return false
  await mkdir(path.dirname(target), { recursive: true })
  await copyFile(path.join(templatesFolder, 'init', template), target)
  return true
}
