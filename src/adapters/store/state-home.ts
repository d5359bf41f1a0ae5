import path from 'node:path'

/**
 * Where programs keep what they remember between runs, for one person on one machine: `XDG_STATE_HOME` (freedesktop.org's base
 * directories), `~/Library/Application Support` on macOS, `%LOCALAPPDATA%` on Windows. Null: the surroundings name no home.
 */
export function stateHome(env: Readonly<Record<string, string | undefined>>, platform: NodeJS.Platform): string | null {
  const given = env['XDG_STATE_HOME'] ?? ''
  if (path.isAbsolute(given)) return path.join(given, 'orch')
  const home = (platform === 'win32' ? env['USERPROFILE'] : env['HOME']) ?? ''
  if (platform === 'win32') {
    const local = env['LOCALAPPDATA'] ?? ''
    return local !== '' ? path.join(local, 'orch') : home === '' ? null : path.join(home, 'AppData', 'Local', 'orch')
  }
  if (home === '') return null
  return platform === 'darwin' ? path.join(home, 'Library', 'Application Support', 'orch') : path.join(home, '.local', 'state', 'orch')
}
