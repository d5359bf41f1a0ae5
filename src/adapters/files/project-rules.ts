import { readFile, realpath } from 'node:fs/promises'
import path from 'node:path'

/** Where Claude Code looks for a project's rules, in this order. */
const places = ['CLAUDE.md', path.join('.claude', 'CLAUDE.md')]

/** The rules for agents that stand in a worktree; empty when there are none. */
export async function readProjectRules(worktree: string): Promise<string> {
  for (const place of places) {
    const text = await readInside(worktree, place)
    if (text.trim() !== '') return text
  }
  return ''
}

/** An agent may have made the file a link: what lies outside of the worktree does not get into a prompt. */
async function readInside(worktree: string, place: string): Promise<string> {
  try {
    const [top, file] = await Promise.all([realpath(worktree), realpath(path.join(worktree, place))])
    return file.startsWith(top + path.sep) ? await readFile(file, 'utf8') : ''
  } catch {
    // Not there, or nothing that can be read: no rules.
    return ''
  }
}
