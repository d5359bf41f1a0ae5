import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findProgram, programVersion } from '../../../src/adapters/claude/find-program.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orch-find-'))
  for (const name of ['bin/agent', 'other/agent', 'tools/agent']) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), '#!/bin/sh\necho "9.9.9 (Test)"\necho more\n')
    await chmod(join(folder, name), 0o755)
  }
  await writeFile(join(folder, 'bin', 'plain-file'), '')
  await mkdir(join(folder, 'bin', 'a-folder'))
  await writeFile(join(folder, 'tools', 'stand-in.mjs'), '')
  await writeFile(join(folder, 'bin', 'agent.cmd'), '')
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

const find = (command: string, platform: NodeJS.Platform = 'linux') => {
  const env = { PATH: [join(folder, 'bin'), join(folder, 'other')].join(delimiter), PATHEXT: '.EXE;.CMD' }
  return findProgram(command, { env: platform === 'win32' ? { Path: env.PATH, PATHEXT: env.PATHEXT } : env, folder, platform })
}

test.each([
  { says: 'a name on the PATH, first folder first', command: 'agent', file: ['bin', 'agent'] },
  { says: 'a path from the project', command: './tools/agent', file: ['tools', 'agent'] },
])('finds $says', async ({ command, file }) => {
  expect(await find(command)).toEqual({ ok: true, value: { file: join(folder, ...file), before: [] } })
})

test('a script is run with this Node', async () => {
  expect(await find('tools/stand-in.mjs')).toEqual({
    ok: true,
    value: { file: process.execPath, before: [join(folder, 'tools', 'stand-in.mjs')] },
  })
})

test('on Windows the usual endings are tried', async () => {
  expect(await find('agent', 'win32')).toEqual({ ok: true, value: { file: join(folder, 'bin', 'agent.cmd'), before: [] } })
})

test.each(['no-such-agent', 'plain-file', 'a-folder', './agent', 'missing.mjs', ''])('"%s" is not found', async (command) => {
  expect(await find(command)).toEqual({ ok: false, error: { reason: 'agent-missing', command } })
})

test('the version is the first line that it prints', async () => {
  expect(await programVersion({ file: join(folder, 'bin', 'agent'), before: [] }, {})).toBe('9.9.9 (Test)')
  expect(await programVersion({ file: '/nowhere', before: [] }, {})).toBeNull()
})
