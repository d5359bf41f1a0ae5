import { setTimeout as sleep } from 'node:timers/promises'

/** Polls until it holds. What never comes to hold is ended by the test's own limit, so no busy machine is too slow for it. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20)
}
