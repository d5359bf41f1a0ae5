/** One worktree as git lists it. */
export interface ListedWorktree {
  readonly path: string
  /** Null: detached, or bare. */
  readonly branch: string | null
  /** The commit that it stands at; null: none yet, or bare. */
  readonly head: string | null
}

/** Reads `git worktree list --porcelain -z`. */
export function parseWorktreeList(text: string): readonly ListedWorktree[] {
  return text
    .split('\0\0')
    .map((record) => record.split('\0').filter((line) => line !== ''))
    .flatMap((lines) => {
      const value = (key: string): string | null => lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1) ?? null
      const path = value('worktree')
      return path === null ? [] : [{ path, branch: value('branch')?.replace(/^refs\/heads\//, '') ?? null, head: value('HEAD') }]
    })
}
