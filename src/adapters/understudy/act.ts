import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Keep, resolveConflicts } from './conflict.js'
import { performEdit } from './edit.js'
import { type Ending, endingOf } from './ending.js'
import type { Action } from './script.js'
import { type Ran, runGit, runShell } from './shell.js'
import type { Stream } from './stream.js'

/** Where and to whom an action is performed. */
export interface Scene {
  readonly cwd: string
  readonly stream: Stream
  readonly now: () => number
}

/** Performs one action. @returns how the session ends by it; null: it goes on */
export async function act(action: Action, scene: Scene): Promise<Ending | null> {
  switch (action.kind) {
    case 'write':
    case 'append':
    case 'edit':
    case 'delete':
    case 'write-outside': {
      const edited = performEdit(action, scene.cwd)
      await scene.stream.endTool(await scene.stream.beginTool(edited.tool, edited.input), edited.outcome, edited.isError)
      return null
    }
    case 'run':
      await showCommand(scene, action.run, () => runShell(action.run, scene.cwd))
      return null
    case 'commit':
      await showCommand(scene, `git add -A && git commit -m ${JSON.stringify(action.commit)}`, () => commitAll(action.commit, scene.cwd))
      return null
    case 'keep':
      await keepSides(action.keep, scene)
      return null
    case 'say':
      await scene.stream.say(action.say)
      return null
    case 'wait':
      await linger(action.wait, scene)
      return null
    case 'chatter':
      await chatter(action.chatter, action.lines ?? Math.ceil(action.chatter / 30_000), scene.stream)
      return null
    default:
      return endingOf(action, scene.now())
  }
}

async function showCommand({ stream }: Scene, command: string, run: () => Promise<Ran>): Promise<void> {
  const id = await stream.beginTool('Bash', { command, description: 'Run a command' })
  const { exitCode, output } = await run()
  const failed = exitCode !== 0
  await stream.endTool(id, failed ? `Exit code ${exitCode ?? 137}\n${output}` : output, failed)
}

async function commitAll(message: string, cwd: string): Promise<Ran> {
  const added = await runGit(['add', '-A'], cwd)
  if (added.exitCode !== 0) return added
  return runGit(['-c', 'user.name=Understudy', '-c', 'user.email=understudy@localhost', 'commit', '-m', message], cwd)
}

/** Resolves every conflict that the working folder holds. */
async function keepSides(keep: Keep, { cwd, stream }: Scene): Promise<void> {
  for (const file of await conflictedFiles(cwd)) {
    const path = join(cwd, file)
    const before = readFileSync(path, 'utf8')
    const after = resolveConflicts(before, keep)
    if (after === before) continue
    writeFileSync(path, after)
    await stream.endTool(await stream.beginTool('Write', { file_path: path, content: after }), `The file ${path} has been updated.`, false)
  }
}

async function conflictedFiles(cwd: string): Promise<string[]> {
  const [unmerged, marked] = await Promise.all([
    runGit(['diff', '--name-only', '-z', '--diff-filter=U'], cwd),
    runGit(['grep', '-lIz', '--untracked', '-e', '^<<<<<<< '], cwd),
  ])
  const files = [unmerged, marked].flatMap(({ exitCode, output }) => (exitCode === 0 ? output.split('\0') : []))
  return [...new Set(files)].filter((file) => file !== '' && existsSync(join(cwd, file)))
}

/** Takes its time, as a long command does, with a sign of life every second. */
async function linger(durationMs: number, { stream }: Scene): Promise<void> {
  const id = await stream.beginTool('Bash', { command: `sleep ${durationMs / 1000}`, description: 'Take a while' })
  let waited = 0
  while (waited < durationMs) {
    const step = Math.min(1000, durationMs - waited)
    await sleep(step)
    waited += step
    await stream.heartbeat(id, waited / 1000)
  }
  await stream.endTool(id, '', false)
}

async function chatter(bytes: number, lines: number, stream: Stream): Promise<void> {
  for (let line = 0; line < lines; line++) await stream.say('blah '.repeat(Math.ceil(bytes / lines / 5)))
}
