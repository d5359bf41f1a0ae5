import { lstat, readFile, realpath } from 'node:fs/promises'
import path from 'node:path'
import type { Records } from '../../engine/ports/records.js'
import { ensureFolder, writeDurably } from './durable-file.js'
import { inside } from './run-paths.js'
import { codeOf } from './store-error.js'

/** What a run leaves besides facts, as private files below the run's folder. */
export class RunRecords implements Records {
  readonly #folder: string

  constructor(runFolder: string) {
    this.#folder = runFolder
  }

  /** @throws StoreError `disk-full` */
  async write(relative: string, text: string): Promise<void> {
    const file = inside(this.#folder, relative)
    await ensureFolder(path.dirname(file))
    await this.#refuseLinksOut(file)
    await writeDurably(file, text, { keepPrevious: false })
  }

  /** Null: there is no such record. */
  async read(relative: string): Promise<string | null> {
    const file = inside(this.#folder, relative)
    try {
      await this.#refuseLinksOut(file)
      return await readFile(file, 'utf8')
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
      throw error
    }
  }

  /** An agent that got out of its worktree could have laid a link here to have orch read or write elsewhere. */
  async #refuseLinksOut(file: string): Promise<void> {
    const [folder, parent] = await Promise.all([realpath(this.#folder), realpath(path.dirname(file))])
    const link = await lstat(file).then(
      (s) => s.isSymbolicLink(),
      () => false,
    )
    if (link || (parent !== folder && !parent.startsWith(folder + path.sep)))
      throw new Error(`${file} leads out of the run's folder by a symbolic link`)
  }
}
