import type { Config } from '../../../src/core/config.js'

/** What the config says and the flags ask for, as a life of orch finds it when it starts. */
export interface Settings {
  readonly config: Config
  readonly concurrency: number
}

/** What a person changes in the config while a run is under way; the lives that start from then on hear of it. */
export interface ConfigEdit {
  readonly concurrency: number
  readonly maxRounds: number
  readonly mergeRounds: number
  readonly retries: number
  readonly budget: Config['budget']
}

export const withEdit = ({ config }: Settings, edit: ConfigEdit): Settings => ({
  concurrency: edit.concurrency,
  config: {
    ...config,
    budget: edit.budget,
    review: { ...config.review, maxRounds: edit.maxRounds },
    git: { ...config.git, mergeRounds: edit.mergeRounds },
    execution: { ...config.execution, retries: edit.retries },
  },
})
