import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { decideSandbox, probeSandbox, type SandboxSupport } from '../../../src/adapters/claude/sandbox.js'
import { removeSandboxLeftovers } from '../../../src/adapters/claude/sandbox-leftovers.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orch-sandbox-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

const works: SandboxSupport = { works: true }
const fails: SandboxSupport = { works: false, why: 'socat is not installed' }

test.each([
  { level: 'auto', support: works, sandboxed: true },
  { level: 'auto', support: fails, sandboxed: false },
  { level: 'off', support: works, sandboxed: false },
  { level: 'required', support: works, sandboxed: true },
] as const)('$level with $support: sandboxed $sandboxed', ({ level, support, sandboxed }) => {
  expect(decideSandbox(level, support)).toEqual({ ok: true, value: sandboxed })
})

test('a required sandbox that does not work is bad news with its reason', () => {
  const error = { reason: 'agent-misconfigured', detail: 'agent.sandbox is "required", but socat is not installed' }
  expect(decideSandbox('required', fails)).toEqual({ ok: false, error })
})

async function binWith(name: string, programs: Readonly<Record<string, string>>): Promise<string> {
  const bin = join(folder, name)
  await mkdir(bin)
  for (const [program, script] of Object.entries(programs)) {
    await writeFile(join(bin, program), `#!/bin/sh\n${script}\n`)
    await chmod(join(bin, program), 0o755)
  }
  return bin
}

test.each([
  { says: 'nothing is installed', programs: {}, support: { works: false, why: 'bwrap is not installed' } },
  { says: 'only one of both is', programs: { bwrap: 'exit 0' }, support: { works: false, why: 'socat is not installed' } },
  {
    says: 'the kernel forbids it',
    programs: { bwrap: 'echo "bwrap: No permissions to create new namespace" >&2; exit 1', socat: 'exit 0' },
    support: { works: false, why: 'bwrap does not work here: bwrap: No permissions to create new namespace' },
  },
  { says: 'both work', programs: { bwrap: 'exit 0', socat: 'exit 0' }, support: { works: true } },
])('the probe tells when $says', async ({ says, programs, support }) => {
  expect(await probeSandbox('linux', { PATH: await binWith(says, programs) })).toEqual(support)
})

test('where the system has a sandbox of its own nothing is needed, and where there is none nothing helps', async () => {
  expect(await probeSandbox('darwin', {})).toEqual({ works: true })
  expect(await probeSandbox('win32', {})).toMatchObject({ works: false })
})

describe('leftovers of a sandbox that was killed', () => {
  const placeholder = (path: string): Promise<void> => writeFile(path, '', { mode: 0o444 })

  test('are removed, and nothing else is', async () => {
    const worktree = join(folder, 'worktree')
    await mkdir(join(worktree, '.claude', '.cc-writes'), { recursive: true })
    await mkdir(join(worktree, '.vscode'))
    for (const name of ['.bashrc', '.gitmodules', '.claude/settings.json', '.claude/hooks', 'other-empty-file'])
      await placeholder(join(worktree, name))
    await writeFile(join(worktree, '.mcp.json'), '{}', { mode: 0o444 })
    await writeFile(join(worktree, '.profile'), '', { mode: 0o644 })
    await removeSandboxLeftovers(worktree)
    expect((await readdir(worktree)).sort()).toEqual(['.mcp.json', '.profile', '.vscode', 'other-empty-file'])
  })

  test("a project's own settings stay", async () => {
    const worktree = join(folder, 'project')
    await mkdir(join(worktree, '.claude'), { recursive: true })
    await writeFile(join(worktree, '.claude', 'settings.json'), '{}')
    await removeSandboxLeftovers(worktree)
    expect(await readdir(join(worktree, '.claude'))).toEqual(['settings.json'])
  })

  test('a worktree that is gone is no matter', async () => {
    await expect(removeSandboxLeftovers(join(folder, 'gone'))).resolves.toBeUndefined()
  })
})
