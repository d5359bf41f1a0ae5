import { execa } from 'execa'
import type { SandboxLevel } from '../../core/config.js'
import type { Failure } from '../../core/failure.js'
import { err, ok, type Result } from '../../core/result.js'

/** Whether commands of agents can be put into a sandbox on this machine, and if not, why. */
export type SandboxSupport = { readonly works: true } | { readonly works: false; readonly why: string }

const probeMs = 10_000

/** Tries it: programs that are installed may still be forbidden to do their work, in containers above all. */
export async function probeSandbox(platform: NodeJS.Platform, env: Readonly<Record<string, string | undefined>>): Promise<SandboxSupport> {
  if (platform === 'darwin') return { works: true }
  if (platform !== 'linux') return { works: false, why: `there is no sandbox for ${platform}; use WSL` }
  // The namespaces that Claude Code asks for: processes, network, and a /proc of its own.
  const bubblewrap = ['--unshare-pid', '--unshare-net', '--dev-bind', '/', '/', '--proc', '/proc', 'true']
  return (await whyNot('bwrap', bubblewrap, env)) ?? (await whyNot('socat', ['-V'], env)) ?? { works: true }
}

async function whyNot(program: string, args: string[], env: Readonly<Record<string, string | undefined>>): Promise<SandboxSupport | null> {
  const result = await execa(program, args, { env, extendEnv: false, reject: false, timeout: probeMs, stdin: 'ignore' })
  if (!result.failed) return null
  if (result.code === 'ENOENT') return { works: false, why: `${program} is not installed` }
  const said = result.stderr.trim().split('\n')[0] ?? ''
  return { works: false, why: `${program} does not work here${said === '' ? '' : `: ${said}`}` }
}

/** Whether a session is sandboxed; bad news when it must be and cannot. */
export function decideSandbox(level: SandboxLevel, support: SandboxSupport): Result<boolean, Failure> {
  if (level === 'off') return ok(false)
  if (support.works) return ok(true)
  if (level === 'auto') return ok(false)
  return err({ reason: 'agent-misconfigured', detail: `agent.sandbox is "required", but ${support.why}` })
}
