import { listenForSignals } from '../adapters/processes/signals.js'
import type { Halt } from '../engine/halt.js'
import type { View } from '../ui/view.js'

/** The first Ctrl-C lets running sessions finish, the second one ends them; SIGTERM ends them at once. Either way all is saved. */
export function stopOnSignals(halt: Halt, view: View): { readonly terminated: boolean; close(): void } {
  const reason = { ending: 'interrupted', failure: { reason: 'interrupted' } } as const
  const soft = 'Stopping: nothing new starts, running sessions finish. Ctrl-C again ends them now; orch resume goes on later.'
  let terminated = false
  const close = listenForSignals({
    interrupted(times) {
      if (times > 1) halt.requestNow(reason)
      else view.progressed({ type: 'noticed', text: soft })
      halt.request(reason)
    },
    terminated() {
      terminated = true
      halt.requestNow(reason)
    },
  })
  return {
    get terminated() {
      return terminated
    },
    close,
  }
}
