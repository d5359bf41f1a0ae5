import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const folder = fileURLToPath(new URL('claude-code/', import.meta.url))
const binary = process.platform === 'win32' ? 'claude.exe' : 'claude'
const installMs = 10 * 60_000
/** The last two stand in .npmrc as well, but the environment of an outer npm would win over that. */
const installArguments = ['ci', '--prefix', folder, '--prefer-offline', '--engine-strict=false', '--ignore-scripts']

/**
 * The path of the pinned real program, installed on first use; ORCH_TEST_CLAUDE names another one. Its native package is
 * chosen by npm, so one of them is there for this platform, or the platform is not supported.
 */
export async function realClaude(): Promise<string> {
  const given = process.env['ORCH_TEST_CLAUDE']
  if (given !== undefined) return given
  const there = installed()
  if (there !== null) return there
  await withInstallLock(async () => {
    if (installed() === null) await execa('npm', installArguments, { cwd: folder, timeout: installMs })
  })
  const now = installed()
  if (now === null) throw new Error(`Claude Code has no program for ${process.platform} ${process.arch}`)
  return now
}

/** npm writes the program's 200 MB in place, and its own list last: until that is there, another test file is still installing. */
const isComplete = (): boolean => existsSync(join(folder, 'node_modules', '.package-lock.json'))

function installed(): string | null {
  if (!isComplete()) return null
  // Where both are installed the first is the one for glibc; on musl only the second is.
  const flavours = [`${process.platform}-${process.arch}`, `${process.platform}-${process.arch}-musl`]
  return flavours.map((flavour) => join(folder, 'node_modules', '@anthropic-ai', `claude-code-${flavour}`, binary)).find(existsSync) ?? null
}

/** Test files run in processes of their own, and two must not install at once. Whoever makes the folder holds the lock. */
async function withInstallLock(install: () => Promise<void>): Promise<void> {
  const lock = join(tmpdir(), `claude-code-install-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}`)
  while (!(await takeLock(lock))) await sleep(250)
  try {
    await install()
  } finally {
    await rm(lock, { recursive: true, force: true })
  }
}

async function takeLock(lock: string): Promise<boolean> {
  try {
    await mkdir(lock)
    return true
  } catch {
    const since = await stat(lock).then(
      (s) => s.mtimeMs,
      () => null,
    )
    if (since !== null && Date.now() - since > installMs) await rm(lock, { recursive: true, force: true })
    return false
  }
}

/** How the program logs in to the fake API: both are made up. */
export type FakeLogin = 'key' | 'subscription'

/** An environment in which the program knows nobody and reaches nothing but the given URL. */
export async function realClaudeEnv(options: {
  readonly home: string
  /** Of the fake API, with its lane: `http://127.0.0.1:PORT/lane/NAME`. */
  readonly url: string
  readonly login: FakeLogin
}): Promise<Record<string, string>> {
  const config = join(options.home, '.claude')
  await mkdir(config, { recursive: true })
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: options.home,
    TMPDIR: tmpdir(),
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    CLAUDE_CONFIG_DIR: config,
    ANTHROPIC_BASE_URL: options.url,
    ...(options.login === 'key'
      ? { ANTHROPIC_API_KEY: 'sk-ant-api03-made-up-for-tests' }
      : { CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-made-up-for-tests' }),
    NO_PROXY: '127.0.0.1,localhost',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
  }
}
