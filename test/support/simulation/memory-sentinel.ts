import type { Change } from '../../../src/core/leak.js'
import { ok } from '../../../src/core/result.js'
import type { QuietPlace, Sentinel } from '../../../src/engine/ports/sentinel.js'
import { changedPaths, type Tree } from './memory-git.js'

/** Where the person's own files lie. */
export const checkoutPath = '/home/person'

interface Seen {
  readonly stamp: string
  readonly files: Tree
}

/** Compares the files of quiet worktrees and of the person with what they were at the last look, as the real one does. */
export class MemorySentinel implements Sentinel {
  #seen = new Map<string, Seen>()
  readonly #settled = new Map<string, Seen>()

  /** @param filesAt what lies in a worktree or in the person's checkout now; null: it is gone */
  constructor(private readonly filesAt: (path: string) => Tree | null) {}

  look(quiet: readonly QuietPlace[]) {
    const now = new Map<string, Seen>()
    for (const { path, stamp } of [...quiet, { path: checkoutPath, stamp: '' }]) {
      const files = this.filesAt(path)
      if (files !== null) now.set(path, { stamp, files: { ...files } })
    }
    const changes = [...now].flatMap(([path, { stamp, files }]) => {
      const before = this.#settled.get(path) ?? this.#seen.get(path)
      this.#settled.delete(path)
      return before?.stamp === stamp ? changesBetween(path, before.files, files) : []
    })
    this.#seen = now
    return Promise.resolve(ok(changes))
  }

  settle({ path, stamp }: Pick<QuietPlace, 'path' | 'stamp'>) {
    const files = this.filesAt(path)
    if (files !== null) this.#settled.set(path, { stamp, files: { ...files } })
    return Promise.resolve(ok(undefined))
  }

  inspect() {
    return Promise.resolve(ok([]))
  }

  keep() {
    return Promise.resolve(ok('a patch'))
  }
}

const changesBetween = (place: string, before: Tree, after: Tree): readonly Change[] =>
  changedPaths(before, after).map((name) => {
    const change = { before: before[name] ?? null, after: after[name] ?? null, madeIn: null }
    return { kind: 'file', place, name, ...change }
  })
