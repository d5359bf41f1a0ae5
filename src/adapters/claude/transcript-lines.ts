import { createReadStream } from 'node:fs'

/**
 * The lines of a file, as they were when the program wrote them: they end with a line feed and with nothing else. Node's own reader of lines also
 * ends them at a carriage return and, from Node 24 on, at U+2028, which may stand in any text of an agent.
 */
export async function* linesIn(path: string): AsyncGenerator<string> {
  let begun: string[] = []
  for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1024 * 1024 })) {
    const parts = (chunk as string).split('\n')
    const last = parts.pop() ?? ''
    for (const part of parts) {
      yield [...begun, part].join('')
      begun = []
    }
    begun.push(last)
  }
  yield begun.join('')
}
