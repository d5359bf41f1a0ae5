import { realpathSync } from 'node:fs'
import path from 'node:path'

/**
 * What a person types to start this very program: `orch` when that is found on their PATH, else Node and the script's path.
 * @param script the file that was started
 */
export function ownCommand(env: Readonly<Record<string, string | undefined>>, script: string): string {
  const folders = (env['PATH'] ?? env['Path'] ?? '').split(path.delimiter)
  // npm puts these in front for its own scripts only: a person's shell does not have them.
  const found = folders.filter((folder) => folder !== '' && !/node_modules[\\/]\.bin$/.test(folder))
  if (found.some((folder) => isThis(path.join(folder, 'orch'), script))) return 'orch'
  return `node ${/\s/.test(script) ? `"${script}"` : script}`
}

function isThis(file: string, script: string): boolean {
  try {
    return realpathSync(file) === realpathSync(script)
  } catch {
    return false
  }
}
