/** How the driver starts a program. What starts it sees to groups, pipes, the marker and whatever is left behind. */
export type StartProgram = (launch: ProgramLaunch, hear: (said: readonly ProgramOutput[]) => void | Promise<void>) => RunningProgram

export interface ProgramLaunch {
  readonly file: string
  readonly args: readonly string[]
  readonly shell: boolean
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly marker: string
  readonly input: string
  readonly ladder: { readonly interruptMs: number; readonly terminateMs: number }
}

/** Whole lines of standard output, each with its line end but perhaps the last of all; or one that was too long to be kept, `length` in bytes. */
export type ProgramOutput = { readonly kind: 'lines'; readonly bytes: Buffer } | { readonly kind: 'dropped'; readonly length: number }

export interface RunningProgram {
  readonly ended: Promise<ProgramEnd>
  stop(): void
  /** Stops it and all that it started where they stand; false where that cannot be done. */
  freeze(): Promise<boolean>
  thaw(): Promise<void>
}

export type ProgramEnd =
  | { readonly kind: 'exited'; readonly exitCode: number | null; readonly signal: string | null; readonly stderrTail: string }
  | { readonly kind: 'not-started'; readonly code: string; readonly message: string }

/** The driver's way to end Claude Code: SIGINT lets it end its own commands and save the conversation. */
export const sessionLadder = { interruptMs: 3000, terminateMs: 5000 } as const
