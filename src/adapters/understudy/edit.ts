import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Action } from './script.js'

export type EditAction = Extract<Action, { kind: 'write' | 'append' | 'edit' | 'delete' | 'write-outside' }>

/** An edit as the real program shows it, and what came of it. */
export interface Edited {
  readonly tool: 'Write' | 'Edit' | 'Bash'
  readonly input: Readonly<Record<string, unknown>>
  readonly outcome: string
  readonly isError: boolean
}

/**
 * Changes a file under `cwd`. Done a second time (the process may be killed before it remembers the first), it changes nothing more:
 * an `append` adds a text that is not there yet, an `edit` is content with its replacement.
 */
export function performEdit(action: EditAction, cwd: string): Edited {
  switch (action.kind) {
    case 'write':
      return writeFile(resolve(cwd, action.write), action.text)
    case 'write-outside':
      return writeFile(resolve(cwd, action['write-outside']), action.text)
    case 'append':
      return appendToFile(resolve(cwd, action.append), action.text)
    case 'edit':
      return replaceInFile(resolve(cwd, action.edit), action.find, action.replace)
    case 'delete':
      return deleteFile(resolve(cwd, action.delete), action.delete)
  }
}

function writeFile(path: string, text: string): Edited {
  put(path, text)
  return { tool: 'Write', input: { file_path: path, content: text }, outcome: `File created successfully at: ${path}`, isError: false }
}

function appendToFile(path: string, text: string): Edited {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
  if (!before.includes(text)) put(path, before + text)
  return {
    tool: 'Edit',
    input: { file_path: path, old_string: '', new_string: text },
    outcome: `The file ${path} has been updated.`,
    isError: false,
  }
}

function replaceInFile(path: string, find: string, replacement: string): Edited {
  const before = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const isDone = !before.includes(find) && before.includes(replacement)
  const isMissing = !before.includes(find) && !isDone
  if (!isMissing && !isDone)
    put(
      path,
      before.replace(find, () => replacement),
    )
  const outcome = isMissing ? `String to replace not found in file.\nString: ${find}` : `The file ${path} has been updated.`
  return { tool: 'Edit', input: { file_path: path, old_string: find, new_string: replacement }, outcome, isError: isMissing }
}

function deleteFile(path: string, shown: string): Edited {
  rmSync(path, { recursive: true, force: true })
  return { tool: 'Bash', input: { command: `rm -r ${shown}`, description: `Remove ${shown}` }, outcome: '', isError: false }
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}
