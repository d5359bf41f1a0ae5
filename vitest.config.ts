import { defineConfig } from 'vitest/config'

const second = 1000

const project = (name: string, include: readonly string[], limitSeconds: number) => ({
  extends: true as const,
  // Real programs on a busy machine: what fails once is tried once more, and the reporter says so.
  test: {
    name,
    include: [...include],
    testTimeout: limitSeconds * second,
    hookTimeout: limitSeconds * second,
    retry: name === 'unit' ? 0 : 1,
  },
})

export default defineConfig({
  test: {
    // Tests start real processes and real git: two at a time leave them room, and no state is shared.
    pool: 'forks',
    maxWorkers: 2,
    globalSetup: ['test/support/global-setup.ts'],
    reporters: ['default', './test/support/summary-reporter.ts'],
    // One line for each file: a test that starts processes may well take seconds, and is then no news.
    slowTestThreshold: 60 * second,
    projects: [
      project('unit', ['test/{core,documents,ui,engine}/**/*.test.ts', 'test/*.test.ts'], 120),
      project('adapters', ['test/adapters/**/*.test.ts'], 60),
      project('cli', ['test/cli/**/!(siege*|disk-full|processes|leak|doctor-fix|undo-killed).test.ts'], 120),
      // What takes minutes: git besieged, a disk that fills at every write, processes that do not want to end, leaks, damaged state, undo killed.
      project('siege', ['test/cli/{siege*,disk-full,processes,leak,doctor-fix,undo-killed}.test.ts'], 120),
      project('claude', ['test/claude/**/*.test.ts'], 180),
    ],
  },
})
