import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The nearest folder with a package.json: sources lie deeper below it than the built program, which is one file. */
function packageFolder(from: string): string {
  if (existsSync(path.join(from, 'package.json')) || path.dirname(from) === from) return from
  return packageFolder(path.dirname(from))
}

const root = packageFolder(path.dirname(fileURLToPath(import.meta.url)))

/** `templates/` of the package. */
export const templatesFolder = path.join(root, 'templates')

/** The milestones that come with the package. */
export const bundledMilestones = path.join(root, 'milestones')

/** The understudy as a file to be run with Node. */
export const understudyProgram = path.join(root, 'bin', 'understudy.js')
