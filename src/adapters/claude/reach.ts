import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Reach, ReachingCommand } from '../../core/leak.js'
import { reachOf } from './command-reach.js'
import { isWithin, realPath, slashed } from './real-path.js'
import type { StreamEvent, ToolUse } from './stream-event.js'

/** Where sessions may write besides their worktree. */
export interface Grounds {
  readonly home: string | null
  /** Scratch space, and the program's own folder. */
  readonly free: readonly string[]
  /** Not free wherever it lies: the demo's repository is a temporary folder. */
  readonly project: string
}

export function groundsOf(project: string, env: Readonly<Record<string, string | undefined>>): Grounds {
  const home = env['HOME'] ?? env['USERPROFILE'] ?? null
  const temporary = env['TMPDIR'] ?? env['TEMP'] ?? env['TMP'] ?? '/tmp'
  const own = env['CLAUDE_CONFIG_DIR'] ?? (home === null ? null : join(home, '.claude'))
  return { home, project, free: [temporary, '/dev', ...(own === null ? [] : [own])] }
}

/** As many as matter to a person; an agent gone wild must not fill the memory. */
const most = 500
/** File systems round the times of files. */
const roundedMs = 2000

/** Gathers what a session reached for outside of its worktree while its output is heard. */
export class ReachGatherer {
  readonly #writes = new Map<string, { path: string; isSure: boolean }>()
  readonly #commands: ReachingCommand[] = []
  #cwd: Promise<string>

  /** @param since epoch milliseconds at which the session began */
  constructor(
    cwd: string,
    private readonly grounds: Grounds,
    private readonly since: number,
  ) {
    this.#cwd = realPath(cwd)
  }

  /** @returns what to wait for before it is told of more; undefined: nothing */
  heard(event: StreamEvent): Promise<void> | undefined {
    if (event.kind === 'tools-ended') for (const { id, failed } of event.ends) this.#settle(id, failed)
    if (event.kind !== 'assistant' || event.tools.length === 0) return undefined
    return this.#begun(event.tools)
  }

  async #begun(tools: readonly ToolUse[]): Promise<void> {
    const cwd = await this.#cwd
    for (const { id, file, command } of tools) {
      // Links are followed now: the agent may take them away again.
      const path = file === null ? null : await realPath(resolve(cwd, file))
      if (path !== null && !isWithin(path, cwd) && this.#writes.size < most)
        this.#writes.set(id === '' ? path : id, { path, isSure: false })
      const reach = command === null ? null : reachOf(command, { cwd, home: this.grounds.home })
      if (reach !== null) this.#commands.push(reach)
      if (this.#commands.length > most) this.#commands.shift()
    }
  }

  /** What is known by now. Of a write whose end was not told, the file's time must speak for it. */
  async reach(): Promise<Reach> {
    const free = await Promise.all(this.grounds.free.map(realPath))
    const project = await realPath(this.grounds.project)
    const isFree = (path: string): boolean => !isWithin(path, project) && free.some((folder) => isWithin(path, folder))
    const writes: string[] = []
    for (const { path, isSure } of this.#writes.values())
      if (!isFree(path) && (isSure || (await this.#wasTouched(path)))) writes.push(slashed(path))
    return { writes: [...new Set(writes)], commands: this.#commands }
  }

  #settle(id: string, failed: boolean): void {
    const write = this.#writes.get(id)
    if (write === undefined) return
    if (failed) this.#writes.delete(id)
    else write.isSure = true
  }

  async #wasTouched(path: string): Promise<boolean> {
    const times = await stat(path).catch(() => null)
    return times !== null && Math.max(times.mtimeMs, times.ctimeMs) >= this.since - roundedMs
  }
}
