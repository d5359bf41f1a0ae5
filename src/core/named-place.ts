/** A place in the repository as a reviewer names it; `line` null: the whole file. */
export interface NamedPlace {
  readonly file: string
  readonly line: number | null
}

/** `src/a.ts:12`, or the file alone; empty where no file is named. */
export const placeWords = ({ file, line }: { readonly file: string | null; readonly line: number | null }): string =>
  file === null ? '' : line === null ? file : `${file}:${line}`

/** The place as git calls it: reviewers also name files by the whole path, or write the line behind the name. */
export function placeNamed(place: NamedPlace, worktree: string): NamedPlace {
  const [, bare, behind] = /^(.+?):(\d+)(?:[:-]\d+)?$/.exec(place.file) ?? []
  const path = (bare ?? place.file).replaceAll('\\', '/')
  const root = `${worktree.replaceAll('\\', '/')}/`
  const file = (path.startsWith(root) ? path.slice(root.length) : path).replace(/^(?:\.\/)+/, '')
  return { file, line: place.line ?? (behind === undefined ? null : Number(behind)) }
}
