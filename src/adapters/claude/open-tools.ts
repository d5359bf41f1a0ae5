import type { StreamEvent, ToolUse } from './stream-event.js'

/** The tools that a session has begun to use and whose end it has not told. */
export class OpenTools {
  readonly #open = new Map<string, ToolUse>()

  heard(event: StreamEvent): void {
    if (event.kind === 'assistant') for (const tool of event.tools) this.#open.set(tool.id, tool)
    if (event.kind === 'tools-ended') for (const { id } of event.ends) this.#open.delete(id)
    // The turn is over, whatever became of them.
    if (event.kind === 'result') this.#open.clear()
  }

  get isAnyOpen(): boolean {
    return this.#open.size > 0
  }

  /** The one that was begun last; null: none runs. */
  get current(): ToolUse | null {
    return [...this.#open.values()].at(-1) ?? null
  }
}
