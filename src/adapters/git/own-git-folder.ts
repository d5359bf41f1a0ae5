import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Failure } from '../../core/failure.js'
import type { Result } from '../../core/result.js'
import { withFiles } from './git-failure.js'
import { textOf } from './place.js'

export type ObjectFormat = 'sha1' | 'sha256'

const nothing = '/dev/null'

/** Of a git folder of orch's own. */
export const ownConfig = (format: ObjectFormat): string =>
  [
    '[core]',
    `\trepositoryformatversion = ${format === 'sha1' ? 0 : 1}`,
    '\tbare = true',
    `\tattributesFile = ${nothing}`,
    ...(format === 'sha1' ? [] : ['[extensions]', `\tobjectFormat = ${format}`]),
    '',
  ].join('\n')

/**
 * Makes the git folder in which commits are read and merged in memory: bare, without anything of the repository's or
 * the person's configuration, attributes, drivers, filters and hooks. Written anew at each start, since agents work
 * next to it.
 */
export function prepareOwnFolder(folder: string, format: ObjectFormat): Promise<Result<void, Failure>> {
  return withFiles("make orch's own git folder", folder, async () => {
    for (const name of ['info', 'hooks', 'worktrees', ...(await leftIndexes(folder))])
      await rm(join(folder, name), { recursive: true, force: true })
    for (const name of ['objects', 'refs']) await mkdir(join(folder, name), { recursive: true })
    await writeUnlessSame(join(folder, 'config'), ownConfig(format))
    await writeUnlessSame(join(folder, 'HEAD'), 'ref: refs/heads/none\n')
  })
}

/** Begins the name of a folder for an index that is used once. */
export const indexPrefix = 'index-'

/** What an orch left that was killed: nobody works in there but the holder of the run's lock. */
async function leftIndexes(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => [])
  return names.filter((name) => name.startsWith(indexPrefix))
}

/** Another orch may be reading it at this moment. */
async function writeUnlessSame(path: string, text: string): Promise<void> {
  if ((await textOf(path)) !== text) await writeFile(path, text)
}

/** The variables that make git work in that folder, on the repository's objects, into which results go too. */
export async function ownFolderEnvironment(folder: string, commonDir: string): Promise<Readonly<Record<string, string>>> {
  const shallow = join(commonDir, 'shallow')
  const isShallow = await stat(shallow).then(
    () => true,
    () => false,
  )
  return {
    GIT_DIR: folder,
    GIT_OBJECT_DIRECTORY: join(commonDir, 'objects'),
    GIT_CONFIG_GLOBAL: nothing,
    GIT_CONFIG_SYSTEM: nothing,
    GIT_ATTR_NOSYSTEM: '1',
    GIT_NO_REPLACE_OBJECTS: '1',
    ...(isShallow ? { GIT_SHALLOW_FILE: shallow } : {}),
  }
}
