import { type Child, type Launch, startChild } from './child.js'
import { type Output, WholeLines } from './whole-lines.js'

/**
 * Starts a program that speaks in lines. What comes next is heard once the promise for the last has settled, and while it is pending the
 * program is held back.
 */
export function startLineChild(launch: Launch, hear: (said: readonly Output[]) => void | Promise<void>): Child {
  const lines = new WholeLines()
  const heard = (said: readonly Output[]): void | Promise<void> => (said.length === 0 ? undefined : hear(said))
  const child = startChild(launch, { stdout: (chunk) => heard(lines.push(chunk)), stderr: () => undefined })
  const ended = child.ended.then(async (end) => {
    await heard(lines.end())
    return end
  })
  return { ...child, ended }
}
