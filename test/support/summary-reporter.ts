import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** Ends the output with one line that a machine can read: `Tests: 12 passed, 0 failed, 1 skipped`. */
export default class SummaryReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state] += 1
      // One that could not even be loaded has no tests to fail.
      count.failed += module.errors().length
    }
    const skipped = count.skipped + count.pending
    process.stdout.write(`Tests: ${count.passed} passed, ${count.failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}\n`)
  }
}
