import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit from 'p-limit'
import type { CommitId } from '../../core/fact.js'
import { saysAbsent, textOf } from './place.js'

type Refs = ReadonlyMap<string, CommitId>

/** Beyond so many files one git process is quicker. */
const mostFiles = 300
const atOnce = 16

/**
 * The refs of a repository from the files in which they lie (gitrepository-layout(5)), as `for-each-ref` lists them. Whatever is not
 * plainly one commit under a plain name is left to git.
 */
export class RefFiles {
  #packed: { readonly stamp: string; readonly refs: Refs } = { stamp: '', refs: new Map() }

  constructor(
    private readonly commonDir: string,
    private readonly isWanted: (name: string) => boolean,
  ) {}

  /** Null: git has to be asked. */
  async read(): Promise<Refs | null> {
    // Kept otherwise.
    if ((await textOf(join(this.commonDir, 'HEAD')))?.includes('refs/heads/.invalid') !== false) return null
    const files = await this.#filesIn('refs')
    if (files === null || files.length > mostFiles) return null
    const few = pLimit(atOnce)
    const loose = await Promise.all(
      files.map((name) => few(async () => [name, commitIn(await textOf(join(this.commonDir, name)))] as const)),
    )
    // After the others: what is packed meanwhile is seen in one place or in both.
    const packed = await this.#packedNow()
    if (packed === null) return null
    const refs = new Map(packed)
    for (const [name, commit] of loose) {
      if (commit === null) return null
      refs.set(name, commit)
    }
    return refs
  }

  async #filesIn(folder: string): Promise<readonly string[] | null> {
    const entries = await readdir(join(this.commonDir, folder), { withFileTypes: true }).catch(() => null)
    const found: string[] = []
    for (const entry of entries ?? []) {
      const name = `${folder}/${entry.name}`
      if (entry.name.startsWith('.') || entry.name.endsWith('.lock') || !this.isWanted(entry.isDirectory() ? `${name}/` : name)) continue
      const below = entry.isDirectory() ? await this.#filesIn(name) : entry.isFile() && plainName.test(entry.name) ? [name] : null
      if (below === null) return null
      found.push(...below)
    }
    return entries === null ? null : found
  }

  async #packedNow(): Promise<Refs | null> {
    const file = join(this.commonDir, 'packed-refs')
    const stats = await stat(file, { bigint: true }).catch((error: unknown) => (saysAbsent(error) ? 'absent' : null))
    if (stats === 'absent') return new Map()
    // It cannot be read, which does not mean that all that was packed is gone.
    if (stats === null) return null
    const stamp = `${stats.size} ${stats.mtimeNs} ${stats.ctimeNs} ${stats.ino}`
    if (this.#packed.stamp === stamp) return this.#packed.refs
    const text = await readFile(file, 'utf8').catch(() => null)
    if (text === null) return null
    const refs = new Map<string, CommitId>()
    for (const line of text.split('\n')) {
      const [, commit, name] = /^([0-9a-f]+) (refs\/.+)$/.exec(line) ?? []
      if (commit !== undefined && name !== undefined && this.isWanted(name)) refs.set(name, commit)
    }
    this.#packed = { stamp, refs }
    return refs
  }
}

/** git-check-ref-format(1) allows more. */
const plainName = /^[A-Za-z0-9_+=%,()#&!-]+(\.[A-Za-z0-9_+=%,()#&!-]+)*$/

const commitIn = (text: string | null): CommitId | null => /^([0-9a-f]{40}|[0-9a-f]{64})\n$/.exec(text ?? '')?.[1] ?? null
