import { type Child, type Launch, startChild } from './child.js'
import { type Line, LineSplitter } from './line-splitter.js'

/**
 * Starts a program that speaks in lines. The next line is heard once the promise for the last one has settled, and while
 * it is pending the program is held back.
 */
export function startLineChild(launch: Launch, hear: (line: Line) => void | Promise<void>): Child {
  const splitter = new LineSplitter()
  const hearAll = async (lines: readonly Line[]): Promise<void> => {
    for (const line of lines) await hear(line)
  }
  const child = startChild(launch, { stdout: (chunk) => hearAll(splitter.push(chunk)), stderr: () => undefined })
  const ended = child.ended.then(async (end) => {
    await hearAll(splitter.end())
    return end
  })
  return { ...child, ended }
}
