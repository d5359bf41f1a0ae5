import { awakeProgram } from '../adapters/machine/keep-awake.js'
import { startChild } from '../adapters/processes/child.js'

export interface KeptAwake {
  /** Lets the machine fall asleep again. */
  release(): Promise<void>
}

interface Wish {
  readonly platform: NodeJS.Platform
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  /** Of the run: what is left of it after a kill is found by this. */
  readonly marker: string
  readonly notice: (text: string) => void
}

const ladder = { interruptMs: 0, terminateMs: 2000 }

/** Keeps the machine awake until it is released. Where that cannot be done it is told, and nothing else happens. */
export function keepAwake({ platform, env, cwd, marker, notice }: Wish): KeptAwake {
  const program = awakeProgram(platform, process.pid)
  const refused = (why: string): void => notice(`The machine may fall asleep: ${why}`)
  if (program === null) {
    refused(`orch knows no way to prevent it on ${platform}`)
    return { release: () => Promise.resolve() }
  }
  const given = Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
  const deaf = { stdout: () => undefined, stderr: () => undefined }
  const child = startChild({ ...program, shell: false, cwd, env: given, marker, input: '', ladder }, deaf)
  let isReleased = false
  const ended = child.ended.then((end) => {
    if (isReleased) return
    refused(
      end.kind === 'not-started'
        ? `${program.file} could not be started (${end.code})`
        : `${program.file} ended (${end.stderrTail.trim().slice(0, 200)})`,
    )
  })
  return {
    async release() {
      isReleased = true
      child.stop()
      await ended
    },
  }
}
