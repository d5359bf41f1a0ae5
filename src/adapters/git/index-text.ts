/**
 * Whether an index may list a path, or one below it, told from its bytes alone (gitformat-index(5)). Up to version 3 each path stands
 * there as it is, with a zero byte behind it. Said also where that cannot be told: in an index that leaves out what its paths have in
 * common (4), that is split (`link`) or that stands for whole folders (`sdir`), and of a path that may be written in more than one way.
 */
export function mayList(index: Buffer, path: string): boolean {
  const isLegible = index.toString('latin1', 0, 4) === 'DIRC' && index.length > 8 && index.readUInt32BE(4) <= 3
  if (!isLegible || !isPlain(path)) return true
  return ['link\0', 'sdir\0', `${path}\0`, `${path}/`].some((bytes) => index.includes(bytes, 0, 'latin1'))
}

const isPlain = (path: string): boolean => /^[\x20-\x5b\x5d-\x7e]+$/.test(path) && path.split('/').every((name) => !/^\.{0,2}$/.test(name))

/** Whether an index may list a gitlink: an entry with mode 160000, which stands there in four bytes whatever the version. Other numbers may look the same. */
export const mayHoldGitlink = (index: Buffer): boolean =>
  ['link\0', 'sdir\0', '\0\0\xe0\0'].some((bytes) => index.includes(bytes, 0, 'latin1'))
