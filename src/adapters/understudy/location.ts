import { join } from 'node:path'

/** Its memory lies with the runs that it plays in, so that it goes when they go. */
export const understudyEnvironment = (orchFolder: string): Readonly<Record<string, string>> => ({
  UNDERSTUDY_HOME: join(orchFolder, 'understudy'),
})
