import type { CommitId } from '../../core/fact.js'

/** What a run leaves besides facts: prompts, transcripts, reviews, diffs. Paths are relative to the run's folder. */
export interface Records {
  write(path: string, text: string): Promise<void>
  read(path: string): Promise<string | null>
}

/** What earlier runs of the repository have found out. */
export interface EarlierRuns {
  /** Whether one of them saw all these commands pass on that very commit. */
  sawPass(commit: CommitId, commands: readonly string[]): Promise<boolean>
}
