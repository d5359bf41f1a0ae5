import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** How the program behaves: it merges, it leaves a conflict, it says that all is well and leaves markers, or it falls over. */
export type MergirafMood = 'merges' | 'conflicts' | 'lies' | 'crashes'

/**
 * Puts a program with mergiraf's name and command line into a folder, for the PATH. It takes a file for a set of lines: what either side
 * added is in the result.
 * @returns the folder
 */
export function fakeMergiraf(home: string, mood: MergirafMood = 'merges'): string {
  const folder = join(home, 'mergiraf-bin')
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'mergiraf')
  writeFileSync(file, `#!${process.execPath}\n${program(mood)}`)
  chmodSync(file, 0o755)
  return folder
}

const program = (mood: MergirafMood): string => `
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const [verb, base, left, right, output, out, named, path, ...rest] = process.argv.slice(2)
appendFileSync(join(__dirname, 'calls'), path + '\\n')
if (verb !== 'merge' || output !== '-o' || named !== '-p' || rest.length > 0) process.exit(2)
const [before, ours, theirs] = [base, left, right].map((file) => readFileSync(file, 'utf8').split('\\n').filter((line) => line !== ''))
const both = [...before.filter((line) => ours.includes(line) && theirs.includes(line)), ...[...ours, ...theirs].filter((line) => !before.includes(line))]
const marked = '<<<<<<< left\\n' + ours.join('\\n') + '\\n=======\\n' + theirs.join('\\n') + '\\n>>>>>>> right\\n'
const mood = ${JSON.stringify(mood)}
if (mood === 'crashes') process.kill(process.pid, 'SIGKILL')
writeFileSync(out, mood === 'merges' ? [...new Set(both)].join('\\n') + '\\n' : marked)
process.exit(mood === 'conflicts' ? 1 : 0)
`
