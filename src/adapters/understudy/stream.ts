import { addBills, type Bill, charge, noBill } from './bill.js'

const model = 'understudy'

/** Who speaks, and into what. */
export interface Speaker {
  readonly session: string
  readonly cwd: string
  readonly tools: readonly string[]
  readonly permissionMode: string
  /** What the conversation cost before this process. */
  readonly before: Bill
  readonly write: (line: string) => Promise<void>
  readonly uuid: () => string
  readonly now: () => number
}

/** How the conversation's turn ended, in the words of a result line. */
export interface Closing {
  readonly subtype: 'success' | 'error_during_execution' | 'error_max_turns' | 'error_max_budget_usd'
  readonly isError: boolean
  readonly terminalReason: string
  /** The final text; null on the `error_*` subtypes, which have `errors` instead. */
  readonly text: string | null
  readonly errors?: readonly string[]
  readonly structured?: unknown
  readonly extra?: Readonly<Record<string, unknown>>
}

/** Speaks the lines of `--output-format stream-json`, one JSON object each, as the real program orders them. */
export class Stream {
  private bill: Bill = noBill
  private readonly startedAt: number
  private hasEnded = false

  constructor(private readonly speaker: Speaker) {
    this.startedAt = speaker.now()
  }

  /** The result is out, or is never to come: nothing more is said. */
  get ended(): boolean {
    return this.hasEnded
  }

  /** What this process used so far. */
  get used(): Bill {
    return this.bill
  }

  end(): void {
    this.hasEnded = true
  }

  init(): Promise<void> {
    const { cwd, tools, permissionMode } = this.speaker
    return this.line({
      type: 'system',
      subtype: 'init',
      cwd,
      tools,
      mcp_servers: [],
      model,
      permissionMode,
      slash_commands: [],
      apiKeySource: 'none',
      claude_code_version: 'understudy',
      output_style: 'default',
      agents: [],
      skills: [],
      plugins: [],
    })
  }

  say(text: string): Promise<void> {
    return this.assistant({ type: 'text', text }, text.length)
  }

  /** @returns the id under which the result of the tool is told */
  async beginTool(name: string, input: Readonly<Record<string, unknown>>): Promise<string> {
    const id = `toolu_${this.speaker.uuid().replaceAll('-', '').slice(0, 24)}`
    await this.assistant({ type: 'tool_use', id, name, input }, JSON.stringify(input).length)
    return id
  }

  endTool(id: string, content: string, isError: boolean): Promise<void> {
    return this.line({
      type: 'user',
      message: { role: 'user', content: [{ tool_use_id: id, type: 'tool_result', content, is_error: isError }] },
      parent_tool_use_id: null,
      timestamp: this.timestamp(),
      tool_use_result: isError ? `Error: ${content}` : { stdout: content, stderr: '', interrupted: false, isImage: false },
    })
  }

  /** A sign of life of a tool that takes its time. */
  heartbeat(id: string, elapsedSeconds: number): Promise<void> {
    const tool = { tool_use_id: `${id}-heartbeat-${elapsedSeconds}`, tool_name: 'Bash', parent_tool_use_id: id }
    return this.line({ type: 'tool_progress', ...tool, elapsed_time_seconds: elapsedSeconds, heartbeat: true })
  }

  system(subtype: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    return this.line({ type: 'system', subtype, ...fields })
  }

  rateLimit(info: Readonly<Record<string, unknown>>): Promise<void> {
    return this.line({ type: 'rate_limit_event', rate_limit_info: info })
  }

  /** The made-up message with which the real program tells of a failed request. */
  apiError(text: string, error: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    const content = [{ type: 'text', text }]
    const message = {
      id: this.speaker.uuid(),
      type: 'message',
      role: 'assistant',
      model: '<synthetic>',
      content,
      stop_reason: 'stop_sequence',
    }
    const top = { parent_tool_use_id: null, timestamp: this.timestamp(), error, is_api_error_message: true }
    return this.line({ type: 'assistant', message, ...top, ...fields })
  }

  /** The last line. What the conversation cost altogether stands in it, and what this process added. */
  async result(closing: Closing): Promise<void> {
    if (this.hasEnded) return
    const total = addBills(this.speaker.before, this.bill)
    const durationMs = this.speaker.now() - this.startedAt
    const line = this.line({
      type: 'result',
      subtype: closing.subtype,
      is_error: closing.isError,
      terminal_reason: closing.terminalReason,
      duration_ms: durationMs,
      duration_api_ms: durationMs,
      num_turns: this.bill.turns + 1,
      api_error_status: null,
      ...(closing.text === null ? { errors: closing.errors ?? [] } : { result: closing.text }),
      ...(closing.structured === undefined ? {} : { structured_output: closing.structured }),
      stop_reason: closing.structured === undefined ? 'end_turn' : 'tool_use',
      total_cost_usd: total.costUsd,
      usage: usage(this.bill),
      modelUsage: modelUsage(total),
      model_usage_since_last_result: modelUsage(this.bill),
      permission_denials: [],
      result_index: 0,
      ...closing.extra,
    })
    this.hasEnded = true
    await line
  }

  private assistant(block: Readonly<Record<string, unknown>>, characters: number): Promise<void> {
    this.bill = charge(this.bill, characters)
    const id = `msg_${this.speaker.uuid().replaceAll('-', '').slice(0, 24)}`
    const body = { id, type: 'message', role: 'assistant', model, content: [block], stop_reason: null, stop_sequence: null }
    const message = { ...body, usage: { ...usage(this.bill), output_tokens: 1 } }
    return this.line({ type: 'assistant', message, parent_tool_use_id: null, timestamp: this.timestamp() })
  }

  private async line(fields: Readonly<Record<string, unknown>>): Promise<void> {
    if (this.hasEnded) return
    await this.speaker.write(`${JSON.stringify({ ...fields, session_id: this.speaker.session, uuid: this.speaker.uuid() })}\n`)
  }

  private timestamp(): string {
    return new Date(this.speaker.now()).toISOString()
  }
}

const usage = (bill: Bill): Record<string, unknown> => ({
  input_tokens: bill.inputTokens,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  output_tokens: bill.outputTokens,
})

const modelUsage = (bill: Bill): Record<string, unknown> =>
  bill.turns === 0
    ? {}
    : {
        [model]: {
          inputTokens: bill.inputTokens,
          outputTokens: bill.outputTokens,
          cacheReadInputTokens: 0,
          cacheCreationInputTokens: 0,
          webSearchRequests: 0,
          costUSD: bill.costUsd,
          contextWindow: 1_000_000,
          maxOutputTokens: 128_000,
        },
      }
