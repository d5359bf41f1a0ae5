import { oneLine } from './harmless.js'
import type { Terminal } from './painter.js'
import type { View } from './view.js'

/** A view whose faults stay its own: the first is reported on stderr, and the run goes on. */
export function guarded(view: View, stderr: Terminal): View {
  let reported = false
  const report = (fault: unknown): void => {
    if (reported) return
    reported = true
    stderr.write(`orch: the display failed (${oneLine(String(fault))}); the run goes on. See it with: orch status\n`)
  }
  const attempt = (act: () => void): void => {
    try {
      act()
    } catch (fault) {
      report(fault)
    }
  }
  return {
    heard: (fact, state) => attempt(() => view.heard(fact, state)),
    progressed: (progress) => attempt(() => view.progressed(progress)),
    close: () => view.close().catch(report),
  }
}
