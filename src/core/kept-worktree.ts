/**
 * Why a worktree is kept: folders in it with repositories of their own, of which not all is known to be on a remote. Says what to do, too.
 * @param path the worktree's
 */
export function nestedWords(nested: readonly string[], path: string): string {
  const which = nested.length === 1 ? `the repository in ${nested.join('')}` : `repositories in it (${nested.join(', ')})`
  return `${which} may hold commits or edits that are nowhere else; when you need nothing of it: git worktree remove --force '${path}'`
}
