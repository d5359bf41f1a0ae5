/** A commit as people write it. */
export const shortCommit = (commit: string): string => commit.slice(0, 12)
