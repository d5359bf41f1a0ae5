import { type Child, type Launch, startChild } from './child.js'
import { type Output, WholeLines } from './whole-lines.js'

/**
 * Starts a program that speaks in lines. What comes next is heard once the promise for the last has settled, and while it is pending the
 * program is held back.
 */
export function startLineChild(launch: Launch, hear: (output: Output) => void | Promise<void>): Child {
  const lines = new WholeLines()
  const hearEach = async (outputs: readonly Output[]): Promise<void> => {
    for (const output of outputs) await hear(output)
  }
  const stdout = (chunk: Buffer): void | Promise<void> => {
    const outputs = lines.push(chunk)
    const [only] = outputs
    return outputs.length > 1 ? hearEach(outputs) : only === undefined ? undefined : hear(only)
  }
  const child = startChild(launch, { stdout, stderr: () => undefined })
  const ended = child.ended.then(async (end) => {
    await hearEach(lines.end())
    return end
  })
  return { ...child, ended }
}
