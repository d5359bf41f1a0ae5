import { readFile, stat } from 'node:fs/promises'
import { err, ok, type Result } from '../../core/result.js'

/**
 * Reads a file that holds secrets, if nobody but its owner can: mode 600 or stricter, where the system knows modes.
 * @returns null when there is none; as bad news a message without anything of what is in it
 */
export async function readSecretFile(file: string, platform: NodeJS.Platform): Promise<Result<string | null, string>> {
  try {
    const { mode } = await stat(file)
    if (platform !== 'win32' && (mode & 0o077) !== 0)
      return err(`others can read it (mode ${(mode & 0o777).toString(8)}); chmod 600 ${file}`)
    return ok(await readFile(file, 'utf8'))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return code === 'ENOENT' ? ok(null) : err(`it cannot be read (${code})`)
  }
}
