/** A repository on a server. */
export interface RemoteAddress {
  /** With its port, where it is another than the usual one of the web. */
  readonly host: string
  /** `owner/name`; on GitLab groups may lie in each other. */
  readonly path: string
}

/** `git@host:owner/name.git`. */
const scpLike = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/\/)(.+)$/

/** Where a remote's URL leads; null: to no server, but to a folder. Whatever logs in is left out. */
export function remoteAddress(url: string): RemoteAddress | null {
  const found = /^(?:https?|ssh|git):\/\//.test(url) ? parsed(url) : scpParts(url)
  if (found === null) return null
  const path = found.path.replace(/^\/+|\/+$/g, '').replace(/\.git$/, '')
  // One letter before the colon is a drive.
  return found.host.length < 2 || !path.includes('/') ? null : { host: found.host.toLowerCase(), path }
}

function parsed(url: string): RemoteAddress | null {
  if (!URL.canParse(url)) return null
  const { protocol, host, hostname, pathname } = new URL(url)
  // The port of a web address is where the server's interface is found too; that of ssh is ssh's own.
  return { host: protocol.startsWith('http') ? host : hostname, path: decoded(pathname) }
}

/** Git takes a percent sign that begins no escape as it stands. */
const decoded = (path: string): string => path.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => decodedOr(escapes))

function decodedOr(escapes: string): string {
  try {
    return decodeURIComponent(escapes)
  } catch {
    return escapes
  }
}

function scpParts(url: string): RemoteAddress | null {
  const [, host, path] = scpLike.exec(url) ?? []
  return host === undefined || path === undefined ? null : { host, path }
}
