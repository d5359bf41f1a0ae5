import { type GroundRules, hasMarkers, isBad, isLeakFile, mendFile, ownFile, redIn, strayFile } from './ground-rules.js'

/** One session at work. */
export interface Hand {
  readonly task: string
  readonly files: Record<string, string>
  /** Goes into everything that is written, so that no two sessions write the same. */
  readonly version: number
  readonly rules: GroundRules
  /** Prefixes that it must keep to; empty: none. */
  readonly paths: readonly string[]
  readonly bad: boolean
  readonly half: boolean
}

/** Its own file, and a line in each file that it shares with others. */
export function implement(hand: Hand): void {
  const { task, files, version, bad } = hand
  files[ownFile(task)] = `${task} ${bad ? 'bad' : 'good'} ${version}\n`
  for (const path of hand.rules.shared[task] ?? []) files[path] = `${withoutMarkers(files[path] ?? '')}${task} ${version}\n`
}

/** Puts right whatever it may touch; when nothing is wrong, it does its own part anew. */
export function mend(hand: Hand): void {
  const { task, files, version, bad, paths } = hand
  const mended = mendFiles(hand) + (bad ? 0 : mendPairs(hand))
  const strays = paths.length === 0 ? [] : Object.keys(files).filter((path) => path === strayFile(task) || isLeakFile(path))
  if (strays.length > 0) for (const path of strays) delete files[path]
  else if (mended === 0) files[ownFile(task)] = `${task} ${bad ? 'bad' : 'better'} ${version}\n`
}

function mendFiles({ files, paths, bad, version }: Hand): number {
  const mayTouch = (path: string): boolean => paths.length === 0 || paths.some((prefix) => path.startsWith(prefix))
  const wrong = Object.entries(files).filter(([path, text]) => mayTouch(path) && (isBad(text) || hasMarkers(text)))
  for (const [path, text] of wrong)
    files[path] = bad ? `still bad ${version}\n` : withoutMarkers(text).replaceAll('bad', `mended ${version}`)
  return wrong.length
}

function mendPairs({ files, rules, version }: Hand): number {
  const red = redIn(rules, files)
  for (const pair of red) files[mendFile(pair)] = `mended ${version}\n`
  return red.length
}

/** Takes both sides of every conflict; by halves: of all but the first one. */
export function resolve(hand: Hand): void {
  const conflicts = Object.entries(hand.files).filter(([, text]) => hasMarkers(text))
  for (const [path, text] of hand.half ? conflicts.slice(1) : conflicts)
    hand.files[path] = `${withoutMarkers(text)}${hand.bad ? 'bad' : ''}`
}

/** Both sides, each line once. */
export function withoutMarkers(text: string): string {
  const lines = text.split('\n').filter((line) => line !== '' && !/^(<{7} |={7}$|>{7} )/.test(line))
  return [...new Set(lines)].map((line) => `${line}\n`).join('')
}
