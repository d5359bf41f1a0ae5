import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { type Peak, peaksKept } from '../../core/policy/need.js'
import type { SessionStep } from '../../core/session.js'
import type { SessionPeaks } from '../../engine/ports/machine.js'
import { ensureFolder, writeDurably } from './durable-file.js'

const fileSchema = z.object({
  schemaVersion: z.literal(1),
  /** By agent program, then by step; the newest last. */
  programs: z.record(z.string(), z.record(z.string(), z.array(z.object({ memory: z.number(), processors: z.number() })))),
})

type PeaksFile = z.output<typeof fileSchema>

const nothing: PeaksFile = { schemaVersion: 1, programs: {} }

/** `.orch/peaks.json`: what the sessions of one agent program took, kept beyond runs. Another program's are left as they are. */
export async function openSessionPeaks(orchFolder: string, program: string): Promise<SessionPeaks> {
  const file = path.join(orchFolder, 'peaks.json')
  let known = await readPeaks(file)
  let writing: Promise<void> = Promise.resolve()
  return {
    of: (step) => known.programs[program]?.[step] ?? [],
    learn(step, peak) {
      known = withPeak(known, program, step, peak)
      writing = writing.then(() => save(file, known))
      return writing
    },
  }
}

function withPeak(before: PeaksFile, program: string, step: SessionStep, peak: Peak): PeaksFile {
  const steps = before.programs[program] ?? {}
  const peaks = [...(steps[step] ?? []), { memory: peak.memory, processors: peak.processors }].slice(-peaksKept)
  return { ...before, programs: { ...before.programs, [program]: { ...steps, [step]: peaks } } }
}

/** What cannot be read is learnt anew. */
async function readPeaks(file: string): Promise<PeaksFile> {
  const text = await readFile(file, 'utf8').catch(() => '')
  try {
    return fileSchema.parse(JSON.parse(text))
  } catch {
    return nothing
  }
}

async function save(file: string, peaks: PeaksFile): Promise<void> {
  try {
    await ensureFolder(path.dirname(file))
    await writeDurably(file, `${JSON.stringify(peaks)}\n`, { keepPrevious: false })
  } catch {
    // A full disk is told by whoever needs it for more than a figure.
  }
}
