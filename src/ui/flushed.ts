import type { Terminal } from './painter.js'

/** Resolves once everything written before has left, or can no longer leave. */
export const flushed = (stream: Terminal): Promise<void> =>
  new Promise((resolve) => {
    if (!stream.writable) return resolve()
    stream.once('close', () => resolve())
    stream.write('', () => resolve())
  })
