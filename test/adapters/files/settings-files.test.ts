import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readConfigFile } from '../../../src/adapters/files/config-file.js'
import { readProjectRules } from '../../../src/adapters/files/project-rules.js'
import { readTemplates } from '../../../src/adapters/files/template-files.js'
import { defaultConfig } from '../../../src/core/config.js'
import { promptsFrom } from '../../../src/documents/prompt.js'

let folder: string
let root: string

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'orch-settings-'))
  root = path.join(folder, 'repository')
  await mkdir(path.join(root, 'sub', '.claude'), { recursive: true })
})
afterEach(() => rm(folder, { recursive: true }))

const model = (name: string): string => JSON.stringify({ agent: { model: name } })

describe('the config file', () => {
  const read = (more: { chosen?: string; env?: Record<string, string> } = {}) =>
    readConfigFile({ root, cwd: path.join(root, 'sub'), chosen: more.chosen ?? null, env: more.env ?? {} })

  test('may be missing', async () => {
    expect(await read()).toEqual({ ok: true, value: defaultConfig })
  })

  test('lies in the top folder, is named by a variable, or by the flag, each before the one before it; the environment changes what it says', async () => {
    await writeFile(path.join(root, '.orchestratorrc.json'), model('top'))
    await writeFile(path.join(root, 'sub', 'a.json'), model('variable'))
    await writeFile(path.join(folder, 'b.json'), model('flag'))
    const ORCHESTRATOR_CONFIG = 'a.json'
    const models = [
      await read(),
      await read({ env: { ORCHESTRATOR_CONFIG } }),
      await read({ env: { ORCHESTRATOR_CONFIG }, chosen: '../../b.json' }),
      await read({ env: { ORCHESTRATOR_CONFIG: '', ORCH_MODEL: 'environment' } }),
    ].map((config) => config.ok && config.value.agent.model)
    expect(models).toEqual(['top', 'variable', 'flag', 'environment'])
  })

  test.each([
    [{ chosen: 'none.json' }, 'none.json', 'there is no config file none.json', 'Correct --config'],
    [
      { env: { ORCHESTRATOR_CONFIG: 'none.json' } },
      'none.json',
      'there is no config file none.json',
      'ORCHESTRATOR_CONFIG names it: correct or unset it',
    ],
    [{ chosen: '.' }, '.', 'the config file . cannot be read (EISDIR)', 'Correct --config'],
    [{ env: { AUTO_RESUME: 'x' } }, 'environment', 'AUTO_RESUME must be true or false, not "x"', 'Set it right, or: unset AUTO_RESUME'],
  ])('chosen as %j is a problem', async (chosen, file, message, hint) => {
    expect(await read(chosen)).toEqual({ ok: false, error: [{ file, line: 1, column: 1, message, hint }] })
  })

  test('that is broken is a problem with its place', async () => {
    await writeFile(path.join(root, '.orchestratorrc.json'), '{\n  "agent": { "modle": "x" }\n}')
    expect(await read()).toMatchObject({
      ok: false,
      error: [{ file: '.orchestratorrc.json', line: 2, column: 14, hint: 'Did you mean model?' }],
    })
  })
})

describe('the rules of the project', () => {
  test('are empty when there are none', async () => {
    expect(await readProjectRules(root)).toBe('')
    expect(await readProjectRules(path.join(root, 'nowhere'))).toBe('')
  })

  test('come from CLAUDE.md, or the one in .claude', async () => {
    const sub = path.join(root, 'sub')
    await writeFile(path.join(sub, '.claude', 'CLAUDE.md'), 'inner')
    expect(await readProjectRules(sub)).toBe('inner')
    await writeFile(path.join(sub, 'CLAUDE.md'), 'outer')
    expect(await readProjectRules(sub)).toBe('outer')
  })

  test.skipIf(process.platform === 'win32')('may be a link within the worktree, and not one out of it', async () => {
    await writeFile(path.join(folder, 'secret'), 'secret')
    await symlink('../secret', path.join(root, 'CLAUDE.md'))
    expect(await readProjectRules(root)).toBe('')
    await rm(path.join(root, 'CLAUDE.md'))
    await writeFile(path.join(root, 'AGENTS.md'), 'rules')
    await symlink('AGENTS.md', path.join(root, 'CLAUDE.md'))
    expect(await readProjectRules(root)).toBe('rules')
  })
})

test('the prompts that come with the package can be read and are whole', async () => {
  expect(() => promptsFrom({ implement: '', remediate: '', resolve: '', review: '', goOn: '', reviewGoOn: '', nudge: '' })).not.toThrow()
  const templates = await readTemplates()
  const { nudge, ...whole } = templates
  for (const text of Object.values<string>(whole)) expect(text).toContain('{{milestones}}')
  expect(nudge).toContain('{{silence}}')
  promptsFrom(templates)
})
