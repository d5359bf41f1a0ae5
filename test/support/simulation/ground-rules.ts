import type { Milestone } from '../../../src/core/milestone.js'
import type { Tree } from './memory-git.js'

/** Two tasks, each green alone, that are red together until somebody mends it. */
export type RedPair = readonly [string, string]

/** What the simulated project is like: which file is whose, and what its commands say of a tree. */
export interface GroundRules {
  readonly redPairs: readonly RedPair[]
  /** Files that several tasks write, each its own way: they conflict. */
  readonly shared: Readonly<Record<string, readonly string[]>>
}

/** What orch runs in: the account's key must never be written anywhere. */
export const environment = { ANTHROPIC_API_KEY: 'sk-ant-simulated-key' } as const

export const ownFile = (task: string): string => `src/${task}.txt`
export const strayFile = (task: string): string => `stray/${task}.txt`
export const mendFile = ([a, b]: RedPair): string => `mend/${a}+${b}.txt`
export const leakFile = (version: number): string => `leaked/${version}.txt`
export const isLeakFile = (path: string): boolean => path.startsWith('leaked/')
export const suite = 'test'
export const checkOf = (task: string): string => `check ${task}`
export const entryOf = (task: string): string => `entry ${task}`

/** The globs that let a task do everything which its work needs. */
export const ownPaths = (task: string): readonly string[] => [ownFile(task), 'shared/', 'mend/']

export const hasMarkers = (text: string): boolean => text.includes('<<<<<<< ')
export const isBad = (text: string): boolean => /\bbad\b/.test(text)

export const redIn = (rules: GroundRules, files: Tree): readonly RedPair[] =>
  rules.redPairs.filter((pair) => pair.every((task) => files[ownFile(task)] !== undefined) && files[mendFile(pair)] === undefined)

/** The truth about a command on a tree. A flaky one may be seen to fail where this says that it passes, never the other way round. */
export function passes(rules: GroundRules, command: string, files: Tree): boolean {
  const [word, task = ''] = command.split(' ')
  if (word === 'check') return !isBad(files[ownFile(task)] ?? '')
  if (word === suite) return Object.values(files).every((text) => !isBad(text) && !hasMarkers(text)) && redIn(rules, files).length === 0
  return true
}

/** Commands that must pass for a milestone, besides those of the config. */
export const commandsOf = (milestone: Milestone): readonly string[] => [
  ...milestone.checks,
  ...milestone.criteria.flatMap((c) => (c.command === null ? [] : [c.command])),
]
