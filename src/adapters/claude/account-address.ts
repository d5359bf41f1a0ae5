import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Json, object, text } from './json-line.js'

type Environment = Readonly<Record<string, string | undefined>>

/** The address of the person who is logged in, as the program remembers it beside its settings; null: it knows none. */
export async function accountAddress(env: Environment): Promise<string | null> {
  const folder = env['CLAUDE_CONFIG_DIR'] ?? env['HOME'] ?? env['USERPROFILE'] ?? ''
  try {
    const settings = JSON.parse(await readFile(join(folder, '.claude.json'), 'utf8')) as Json
    return text(object(settings['oauthAccount'])['emailAddress'])
  } catch {
    return null
  }
}
