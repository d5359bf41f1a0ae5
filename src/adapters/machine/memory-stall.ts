import { readFile } from 'node:fs/promises'
import path from 'node:path'

/**
 * Percent of the last ten seconds in which at least one program waited for memory: Linux's pressure stall information
 * (`/proc/pressure/memory`, https://docs.kernel.org/accounting/psi.html). Null on systems and kernels without it.
 * @param root where `proc` is
 */
export async function memoryStall(root: string): Promise<number | null> {
  const text = await readFile(path.join(root, 'proc/pressure/memory'), 'utf8').catch(() => '')
  const percent = /^some avg10=(\d+(?:\.\d+)?)/m.exec(text)?.[1]
  return percent === undefined ? null : Number(percent)
}
