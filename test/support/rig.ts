import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type { RecordedFact } from '../../src/core/fact.js'
import { projectRoot } from './build.js'
import { type Ended, type Launched, launch } from './launch.js'

/** What a rig's repository holds at its first commit. */
export interface RigStart {
  /** Path to text, relative to the repository. */
  readonly files?: Readonly<Record<string, string>>
  /** File name without `.md` to text. */
  readonly milestones?: Readonly<Record<string, string>>
  /** Merged over settings that make a test quick; null: no config file. */
  readonly config?: Readonly<Record<string, unknown>> | null
}

export interface OrchOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds after which it is killed. */
  readonly timeout?: number
  /** Relative to the repository. */
  readonly cwd?: string
}

const understudy = join(projectRoot, 'bin', 'understudy.js')
const standIn = pathToFileURL(join(projectRoot, 'test', 'support', 'stand-in.mjs')).href

/** Settings by which nothing waits for long; the agent is the understudy. */
export const quickConfig = {
  agent: { command: understudy, sandbox: 'off' },
  rateLimit: { margin: '0s' },
  execution: { retryDelay: '10ms' },
}

/** A temporary repository, a home of its own, and the built program, run as a person would run it. Removed when disposed. */
export class Rig implements AsyncDisposable {
  /** Everything that the rig makes lies under this folder, temporary files of the processes included. */
  readonly root: string
  readonly repo: string
  readonly env: Readonly<Record<string, string>>
  private readonly launched: Launched[] = []

  private constructor() {
    this.root = realpathSync(mkdtempSync(join(tmpdir(), 'orch-rig-')))
    this.repo = join(this.root, 'repo')
    this.env = cleanEnvironment(this.root)
    for (const folder of ['repo', 'home', 'tmp']) mkdirSync(join(this.root, folder))
    writeFileSync(
      join(this.root, 'home', '.gitconfig'),
      '[user]\n\tname = Test Person\n\temail = person@example.com\n[init]\n\tdefaultBranch = main\n',
    )
  }

  static create(start: RigStart = {}): Rig {
    const rig = new Rig()
    rig.git('init', '--quiet')
    rig.write({ 'README.md': '# Rig\n', ...start.files })
    if (start.config !== null) rig.configure(start.config ?? {})
    for (const [name, text] of Object.entries(start.milestones ?? {})) rig.write({ [`milestones/${name}.md`]: text })
    rig.commit('Begin')
    return rig
  }

  /** Writes files into the repository, folders made. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.repo, path)), { recursive: true })
      writeFileSync(join(this.repo, path), text)
    }
  }

  read(path: string): string {
    return readFileSync(join(this.repo, path), 'utf8')
  }

  has(path: string): boolean {
    return existsSync(join(this.repo, path))
  }

  /** Writes `.orchestratorrc.json`: the given sections merged over the quick settings, key by key. */
  configure(config: Readonly<Record<string, unknown>>): void {
    const merged: Record<string, unknown> = { ...quickConfig }
    for (const [key, value] of Object.entries(config)) {
      const before = merged[key]
      merged[key] = isRecord(before) && isRecord(value) ? { ...before, ...value } : value
    }
    this.write({ '.orchestratorrc.json': `${JSON.stringify(merged, null, 2)}\n` })
  }

  /** Commits everything. @returns the commit */
  commit(message = 'Change'): string {
    this.git('add', '--all')
    this.git('commit', '--quiet', '--allow-empty', '-m', message)
    return this.git('rev-parse', 'HEAD')
  }

  /** Runs git in the repository. @returns what it printed, trimmed; throws when it fails */
  git(...args: readonly string[]): string {
    return execFileSync('git', [...args], { cwd: this.repo, env: this.env, encoding: 'utf8', stdio: 'pipe', maxBuffer: 2 ** 26 }).trim()
  }

  /** Runs Node in the repository. @returns what it printed; throws when it fails */
  node(...args: readonly string[]): string {
    return execFileSync(process.execPath, [...args], { cwd: this.repo, env: this.env, encoding: 'utf8', stdio: 'pipe' })
  }

  /** Writes a puppet for `agent.command`; `body` is the body of an async function of `scene`, see stand-in.mjs. @returns its path */
  puppet(body: string): string {
    const path = join(this.root, 'puppet.mjs')
    writeFileSync(path, `import { perform } from '${standIn}'\nawait perform(async (scene) => {\n${body}\n})\n`)
    return path
  }

  /** Runs orch to its end. */
  orch(args: readonly string[], options: OrchOptions = {}): Promise<Ended> {
    return this.start(args, options).ended
  }

  /** Starts orch and leaves it running. */
  start(args: readonly string[], options: OrchOptions = {}): Launched {
    const running = launch(join(projectRoot, 'bin', 'run.js'), args, {
      cwd: join(this.repo, options.cwd ?? '.'),
      env: { ...this.env, ...options.env },
      timeout: options.timeout ?? 100_000,
    })
    this.launched.push(running)
    return running
  }

  /** What `orch status --json` prints. */
  async statusJson(): Promise<StatusJson> {
    const { exitCode, stdout, stderr } = await this.orch(['status', '--json'])
    if (exitCode !== 0) throw new Error(`orch status --json ended with ${exitCode}: ${stderr}`)
    return JSON.parse(stdout) as StatusJson
  }

  /** The saved facts of the newest run, or of the named one. */
  facts(run?: string): RecordedFact[] {
    const runs = join(this.repo, '.orch', 'runs')
    const name = run ?? (existsSync(runs) ? readdirSync(runs).sort().at(-1) : undefined)
    const file = name === undefined ? null : join(runs, name, 'facts.ndjson')
    if (file === null || !existsSync(file)) return []
    // What follows the last end of a line is being written just now.
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as RecordedFact)
  }

  /** Pids of all living processes that were started from this rig, however far down; empty where /proc is missing. */
  processes(): number[] {
    const mark = `HOME=${this.env['HOME']}\0`
    const pids = existsSync('/proc/self/environ') ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : []
    return pids.filter((pid) => environmentOf(pid).includes(mark)).map(Number)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const running of this.launched) running.kill('SIGKILL')
    await Promise.all(this.launched.map((running) => running.ended))
    // One that is just becoming another program shows no environment.
    for (let quiet = 0; quiet < 2; ) {
      const left = this.processes()
      for (const pid of left) killIfThere(pid)
      quiet = left.length === 0 ? quiet + 1 : 0
      await sleep(quiet === 0 ? 10 : 0)
    }
    rmSync(this.root, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
  }
}

/** `orch status --json`, as far as tests look into it. */
export interface StatusJson {
  readonly schemaVersion: number
  readonly run: { readonly id: string; readonly state: string; readonly baseBranch: string; readonly headCommit: string | null } | null
  readonly wait: { readonly reason: string; readonly until: string | null; readonly detail: string } | null
  readonly stages: readonly { readonly stage: number; readonly state: string; readonly tasks: readonly TaskJson[] }[]
  readonly totals: { readonly tasks: number; readonly merged: number; readonly failed: number; readonly costUsd: number }
}

export interface TaskJson {
  readonly id: string
  readonly state: string
  readonly attempts: number
  readonly reviewRounds: number
  readonly branch: string | null
  readonly commit: string | null
  readonly waitingFor: { readonly reason: string; readonly until: string | null; readonly detail: string } | null
  readonly failure: {
    readonly reason: string
    readonly message: string
    readonly hint: string | null
    readonly commands?: readonly string[]
  } | null
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Nothing of the machine's own settings but the way to its programs. */
function cleanEnvironment(root: string): Record<string, string> {
  const kept = ['PATH', 'Path', 'SystemRoot', 'ComSpec', 'PATHEXT'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  const home = join(root, 'home')
  const temporary = join(root, 'tmp')
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    USERPROFILE: home,
    TMPDIR: temporary,
    TEMP: temporary,
    LANG: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    UNDERSTUDY_HOME: join(root, 'understudy'),
    UNDERSTUDY_SPEED: '0',
  }
}

function environmentOf(pid: string): string {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'utf8')}`
  } catch {
    return ''
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}
