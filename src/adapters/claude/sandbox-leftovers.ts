import { lstat, readdir, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'

/** What the sandbox covers in the working directory so that no command can plant it there. */
const covered: ReadonlySet<string> = new Set([
  '.bash_profile',
  '.bashrc',
  '.gitconfig',
  '.gitmodules',
  '.idea',
  '.mcp.json',
  '.profile',
  '.ripgreprc',
  '.vscode',
  '.zprofile',
  '.zshrc',
])
const ownFolder = '.claude'

/**
 * To cover a file that is not there, bubblewrap makes an empty one, and when it is killed it leaves that behind: it would
 * end up in the commit. Only empty files that nobody may write to are removed, which no checkout ever makes.
 */
export async function removeSandboxLeftovers(worktree: string): Promise<void> {
  const names = await namesIn(worktree)
  await Promise.all(names.filter((name) => covered.has(name)).map((name) => removeIfPlaceholder(join(worktree, name))))
  if (names.includes(ownFolder)) await removeOwnFolder(join(worktree, ownFolder))
}

async function removeOwnFolder(folder: string): Promise<void> {
  await Promise.all((await namesIn(folder)).map((name) => removeIfPlaceholder(join(folder, name))))
  for (const made of [join(folder, '.cc-writes'), folder])
    await rmdir(made).catch(() => {
      // Not empty or not there: either is fine.
    })
}

const namesIn = (folder: string): Promise<readonly string[]> => readdir(folder).catch(() => [])

async function removeIfPlaceholder(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null)
  const isPlaceholder = found?.isFile() === true && found.size === 0 && (found.mode & 0o222) === 0
  if (isPlaceholder) await unlink(path).catch(() => undefined)
}
