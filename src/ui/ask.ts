import { createInterface } from 'node:readline/promises'

/** Asks a question that is answered with y or yes, and by anything else with no; also by Ctrl-C and the end of the input. */
export async function askYesOrNo(
  question: string,
  terminal: { input: NodeJS.ReadableStream; output: NodeJS.WritableStream },
): Promise<boolean> {
  const reader = createInterface(terminal)
  const closed = new Promise<string>((resolve) => reader.once('close', () => resolve('')))
  try {
    const answer = await Promise.race([reader.question(`${question} [y/N] `), closed])
    return /^\s*y(?:es)?\s*$/i.test(answer)
  } finally {
    reader.close()
  }
}
