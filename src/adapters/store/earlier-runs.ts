import { isKnownGreen } from '../../core/known-green.js'
import type { EarlierRuns } from '../../engine/ports/records.js'
import { listRuns } from './run-folders.js'
import { readHistory } from './run-history.js'

/** Older ones started from older commits. */
const mostRuns = 10

/** What the last runs of a repository have found out. A run that cannot be read says nothing. */
export const earlierRuns = (runsFolder: string): EarlierRuns => ({
  sawPass: async (commit, commands) => {
    for (const { folder } of (await listRuns(runsFolder)).slice(0, mostRuns)) {
      const history = await readHistory(folder)
      if (history.ok && history.value.state !== null && isKnownGreen(history.value.state, commit, commands)) return true
    }
    return false
  },
})
