/** One file of a conflict: as it was, and on both sides. */
export interface ThreeSides {
  readonly path: string
  /** Empty: both sides added it. */
  readonly base: string
  readonly ours: string
  readonly theirs: string
}

/** Merges a file by its structure. Null: it cannot be done, and both sides stand. */
export type StructuralMerge = (file: ThreeSides) => Promise<string | null>
