import { randomUUID } from 'node:crypto'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { SessionStep } from '../../core/session.js'
import { noBill } from './bill.js'
import { type Brief, mergeBriefs, readBrief } from './brief.js'
import { type Flags, readFlags } from './flags.js'
import { Memory } from './memory.js'
import type { Script } from './script.js'
import { play, type Role } from './session.js'
import { endCommands, runGit } from './shell.js'
import { Stream } from './stream.js'

/**
 * The understudy: a program that stands in for Claude Code. It takes the same flags, speaks the same stream and edits files for
 * real, but what it does is written down beforehand, in fenced `understudy` blocks of the milestones. Nothing is asked of any network.
 */
async function main(argv: readonly string[]): Promise<number> {
  const flags = readFlags(argv)
  if (!flags.ok) return complain(flags.error)
  if (flags.value.version) {
    await write('2.1.329 (understudy)\n')
    return 0
  }
  const prompt = await readInput()
  if (prompt.trim() === '') return complain('Error: Input must be provided either through stdin or as a prompt argument when using --print')
  return converse(flags.value, prompt)
}

async function converse(flags: Flags, prompt: string): Promise<number> {
  const session = flags.resume ?? flags.sessionId ?? randomUUID()
  const task = process.env['ORCH_TASK'] ?? 'task'
  const memory = openMemory(flags, { session, task, brief: await completeBrief(readBrief(prompt, task)) })
  const stream = openStream(flags, session, memory)
  if (memory === null)
    return flags.resume === null ? complain(`Error: Session ID ${session} is already in use.`) : unknownSession(session, stream)
  const scripts = await readScripts(memory.conversation.brief)
  if (typeof scripts === 'string') return complain(`Error: understudy script of ${task}: ${scripts}`)
  listenForSignals(stream)
  return play(roleOf(flags, task, session), scripts, { cwd: process.cwd(), stream, memory, now: Date.now })
}

function openMemory(flags: Flags, start: { session: string; task: string; brief: Brief }): Memory | null {
  const home = process.env['UNDERSTUDY_HOME'] ?? join(tmpdir(), `understudy-${userInfo().uid}`)
  // Without a run, sessions know nothing of each other.
  const key = { run: process.env['ORCH_RUN'] ?? start.session, task: start.task }
  if (flags.resume === null) return Memory.begin(home, key, { id: start.session, brief: start.brief })
  const memory = Memory.resume(home, key, flags.resume)
  if (memory !== null) memory.conversation.brief = mergeBriefs(memory.conversation.brief, start.brief)
  return memory
}

function openStream(flags: Flags, session: string, memory: Memory | null): Stream {
  return new Stream({
    session,
    cwd: process.cwd(),
    tools: flags.jsonSchema === null ? flags.tools : [...flags.tools, 'StructuredOutput'],
    permissionMode: flags.permissionMode,
    before: memory?.conversation.spent ?? noBill,
    write,
    uuid: randomUUID,
    now: Date.now,
  })
}

/** A prompt that only names the two commits of a change: git knows the files. */
async function completeBrief(brief: Brief): Promise<Brief> {
  if (brief.changedFiles.length > 0 || brief.range === null) return brief
  const { exitCode, output } = await runGit(['diff', '--name-only', ...brief.range, '--'], process.cwd())
  return { ...brief, changedFiles: exitCode === 0 ? output.split('\n').filter((file) => file !== '') : [] }
}

/** YAML and zod are loaded only where there is something to read with them. */
async function readScripts(brief: Brief): Promise<Script[] | string> {
  if (brief.scripts.length === 0) return []
  const { parseScript } = await import('./script.js')
  const scripts: Script[] = []
  for (const source of brief.scripts) {
    const parsed = parseScript(source)
    if (!parsed.ok) return parsed.error
    scripts.push(parsed.value)
  }
  return scripts
}

function roleOf(flags: Flags, task: string, session: string): Role {
  const speed = Number(process.env['UNDERSTUDY_SPEED'] ?? 1)
  return {
    task,
    step: stepOf(process.env['ORCH_STEP']) ?? (flags.jsonSchema === null ? 'implement' : 'review'),
    turn: process.env['ORCH_ROUND'] ?? process.env['ORCH_ATTEMPT'] ?? session,
    structured: flags.jsonSchema !== null,
    pauseMs: speed > 0 ? 150 / speed : 0,
  }
}

const steps: readonly SessionStep[] = ['implement', 'remediate', 'resolve', 'review']
const stepOf = (word: string | undefined): SessionStep | null => steps.find((s) => s === word) ?? null

/** SIGINT ends with a result that says so, SIGTERM and SIGHUP without one; running commands end with it. */
function listenForSignals(stream: Stream): void {
  process.on('SIGINT', () => {
    endCommands()
    const closing = { subtype: 'error_during_execution', isError: true, terminalReason: 'aborted_tools', text: null } as const
    void stream.result({ ...closing, errors: ['[ede_diagnostic] result_type=user'] }).then(() => process.exit(0))
  })
  for (const [signal, exitCode] of [
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)
    process.on(signal, () => {
      endCommands()
      process.exit(exitCode)
    })
}

async function unknownSession(session: string, stream: Stream): Promise<number> {
  const message = `No conversation found with session ID: ${session}`
  await stream.result({
    subtype: 'error_during_execution',
    isError: true,
    terminalReason: 'turn_setup_failed',
    text: null,
    errors: [message],
  })
  return complain(message)
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** A write that fails never returns: the listener below ends the process. */
function write(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, (cause) => {
      if (!cause) resolve()
    })
  })
}

function complain(message: string): number {
  process.stderr.write(`${stripVTControlCharacters(message)}\n`)
  return 1
}

/** Nobody listens any more: orch died. */
process.stdout.on('error', () => {
  endCommands()
  process.exit(1)
})

void main(process.argv.slice(2)).then((status) => process.exit(status))
