import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import type { CommitId, UndoWay } from '../../core/fact.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'
import { realDisk } from './disk.js'
import { ensureFolder, removeIfThere, writeDurably } from './durable-file.js'
import { codeOf } from './store-error.js'

/** An undo that has begun. It may concern stages of several runs, so it stands in no run's facts. */
export interface UndoIntent {
  readonly branch: string
  /** The branch's tip before and after. */
  readonly from: CommitId
  readonly to: CommitId
  readonly how: UndoWay
  readonly keptAs: string | null
  readonly stages: readonly { readonly run: string; readonly stage: number }[]
}

const shape = z.strictObject({
  schemaVersion: z.literal(1),
  branch: z.string(),
  from: z.string(),
  to: z.string(),
  how: z.enum(['moved-back', 'reverted']),
  keptAs: z.string().nullable(),
  stages: z.array(z.strictObject({ run: z.string(), stage: z.number().int() })),
})

/** `.orch/undo.json`: written before a branch is moved for an undo, removed when all that it says is recorded. */
export class UndoIntentFile {
  readonly path: string

  constructor(orchFolder: string) {
    this.path = path.join(orchFolder, 'undo.json')
  }

  /** Null: no undo is unfinished. */
  async read(): Promise<Result<UndoIntent | null, Failure>> {
    try {
      const { schemaVersion: _, ...intent } = shape.parse(JSON.parse(await readFile(this.path, 'utf8')))
      return ok(intent)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return ok(null)
      return err({ reason: 'state-unreadable', path: this.path, detail: error instanceof Error ? error.message : String(error) })
    }
  }

  /** On the disk once it resolves. @throws StoreError `disk-full` */
  async write(intent: UndoIntent): Promise<void> {
    await ensureFolder(path.dirname(this.path))
    await writeDurably(this.path, `${JSON.stringify({ schemaVersion: 1, ...intent }, null, 2)}\n`, { keepPrevious: false })
  }

  remove(): Promise<void> {
    return removeIfThere(realDisk, this.path)
  }
}
