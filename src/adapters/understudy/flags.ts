import { err, ok, type Result } from '../../core/result.js'

/** What of Claude Code's command line the understudy heeds; every other flag is accepted and means nothing to it. */
export interface Flags {
  readonly version: boolean
  readonly sessionId: string | null
  readonly resume: string | null
  /** The answer must come as structured output. */
  readonly jsonSchema: object | null
  readonly permissionMode: string
  readonly tools: readonly string[]
}

const defaultTools = ['Bash', 'Edit', 'Glob', 'Grep', 'Read', 'Write']

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Reads the command line. The bad news is a line for stderr, worded as the real program words it. */
export function readFlags(argv: readonly string[]): Result<Flags, string> {
  const value = (...names: readonly string[]): string | null => flagValue(argv, names)
  const schema = value('--json-schema')
  const jsonSchema = schema === null ? null : parseObject(schema)
  if (schema !== null && jsonSchema === null) return err('Error: --json-schema must be a JSON object')
  const sessionId = value('--session-id')
  if (sessionId !== null && !uuid.test(sessionId)) return err('Error: Invalid session ID. Must be a valid UUID.')
  const format = value('--output-format') ?? 'text'
  const version = argv.includes('--version')
  if (!version && format !== 'stream-json') return err('Error: the understudy speaks --output-format stream-json only')
  if (!version && !argv.includes('--verbose')) return err('Error: When using --print, --output-format=stream-json requires --verbose')
  const bypass = argv.includes('--dangerously-skip-permissions')
  const tools = value('--tools')
  return ok({
    version,
    sessionId,
    resume: value('--resume', '-r'),
    jsonSchema,
    permissionMode: value('--permission-mode') ?? (bypass ? 'bypassPermissions' : 'default'),
    tools: tools === null ? defaultTools : tools.split(/[\s,]+/).filter((t) => t !== ''),
  })
}

function flagValue(argv: readonly string[], names: readonly string[]): string | null {
  for (const [i, argument] of argv.entries()) {
    if (names.includes(argument)) return argv[i + 1] ?? null
    const name = names.find((n) => argument.startsWith(`${n}=`))
    if (name !== undefined) return argument.slice(name.length + 1)
  }
  return null
}

function parseObject(text: string): object | null {
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : null
  } catch {
    return null
  }
}
