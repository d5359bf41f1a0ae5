import { recentFacts } from '../adapters/store/recent-facts.js'
import { type LedgerEntry, ledgerOf } from '../core/ledger.js'
import type { Project } from './project.js'

/** What this project's runs have used. @param since epoch ms: runs in which nothing was recorded after it are left out; 0: none */
export async function readLedger(project: Project, since = 0): Promise<readonly LedgerEntry[]> {
  return (await recentFacts(project.runsFolder, { since })).flatMap(ledgerOf)
}
