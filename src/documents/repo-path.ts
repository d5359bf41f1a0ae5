/**
 * A path that a person wrote, as one relative to the repository: slashes, nothing superfluous.
 * @returns null when it is absolute, leaves the repository, lies in `.git` or `.orch`, or is no path at all
 */
export function repoPath(text: string): string | null {
  const slashed = text.trim().replaceAll('\\', '/')
  if (slashed === '' || slashed.startsWith('/') || slashed.startsWith('~') || /^[a-z]:/i.test(slashed) || /\p{Cc}/u.test(slashed))
    return null
  const parts: string[] = []
  for (const part of slashed.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return null
  }
  const [first = '.'] = parts
  return ['.git', '.orch'].includes(first.toLowerCase()) ? null : parts.join('/') || '.'
}
