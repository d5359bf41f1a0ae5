import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The understudy as a file to be run with Node. */
export const understudyProgram = fileURLToPath(new URL('../../../bin/understudy.js', import.meta.url))

/** Its memory lies with the runs that it plays in, so that it goes when they go. */
export const understudyEnvironment = (orchFolder: string): Readonly<Record<string, string>> => ({
  UNDERSTUDY_HOME: join(orchFolder, 'understudy'),
})
