import { open } from 'node:fs/promises'
import type { FoundProgram } from './find-program.js'

/** `native` programs read no settings of Node; of other scripts nobody knows. */
export type ProgramKind = 'native' | 'node' | 'script'

/** The first bytes of programs for Linux, macOS (single, universal) and Windows. */
const nativeStarts: readonly (readonly number[])[] = [
  [0x7f, 0x45, 0x4c, 0x46],
  [0xcf, 0xfa, 0xed, 0xfe],
  [0xca, 0xfe, 0xba, 0xbe],
  [0x4d, 0x5a],
]

/** What kind of program the agent is, by how its file begins. */
export async function programKind(program: FoundProgram): Promise<ProgramKind> {
  if (program.before.length > 0) return 'node'
  const start = await firstBytes(program.file)
  if (nativeStarts.some((bytes) => bytes.every((byte, i) => start[i] === byte))) return 'native'
  return /^#!.*\bnode\b/.test(start.toString('latin1')) ? 'node' : 'script'
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file, 'r').catch(() => null)
  if (handle === null) return Buffer.alloc(0)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(128), 0, 128, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
