import { describe, expect, test } from 'vitest'
import { commandLine, defaultDenials } from '../../../src/adapters/claude/command-line.js'
import { type Config, defaultConfig } from '../../../src/core/config.js'
import type { SessionRequest } from '../../../src/engine/ports/agent.js'
import { request } from '../../support/claude-driver.js'

const line = (asked: Partial<SessionRequest> = {}, agent: Partial<Config['agent']> = {}, sandboxed = false): string[] =>
  commandLine(request('/w', { session: 'S', ...asked }), { ...defaultConfig.agent, ...agent }, sandboxed)

/** The values that follow a flag, up to the next one. */
function valuesOf(args: readonly string[], flag: string): readonly string[] | null {
  const at = args.indexOf(flag)
  if (at === -1) return null
  const rest = args.slice(at + 1)
  const end = rest.findIndex((a) => a.startsWith('--'))
  return end === -1 ? rest : rest.slice(0, end)
}

const settingsOf = (args: readonly string[]) =>
  JSON.parse(valuesOf(args, '--settings')?.[0] ?? '') as Record<string, Record<string, unknown>>

const schema = { type: 'object' }

describe('arguments', () => {
  test.each<{ says: string; args: string[]; flag: string; values: string[] | null }>([
    { says: 'a new conversation has the chosen id', args: line(), flag: '--session-id', values: ['S'] },
    { says: 'a new conversation resumes nothing', args: line(), flag: '--resume', values: null },
    { says: 'a continued conversation is named', args: line({ resumes: true }), flag: '--resume', values: ['S'] },
    { says: 'a continued conversation chooses no id', args: line({ resumes: true }), flag: '--session-id', values: null },
    { says: 'a model is always named', args: line(), flag: '--model', values: ['sonnet'] },
    { says: 'the config names the model', args: line({}, { model: 'opus' }), flag: '--model', values: ['opus'] },
    {
      says: "a step's model wins over the config's",
      args: line({ step: 'remediate' }, { model: 'opus', models: { ...defaultConfig.agent.models, remediate: 'haiku' } }),
      flag: '--model',
      values: ['haiku'],
    },
    { says: "the request's model wins over all", args: line({ model: 'fable' }, { model: 'opus' }), flag: '--model', values: ['fable'] },
    { says: 'a worker has the mode of the config', args: line(), flag: '--permission-mode', values: ['acceptEdits'] },
    {
      says: 'a reviewer never has more than it is allowed',
      args: line({ answerSchema: schema }, { permissionMode: 'bypassPermissions' }),
      flag: '--permission-mode',
      values: ['dontAsk'],
    },
    { says: 'a worker has few tools', args: line(), flag: '--tools', values: ['Bash,Read,Edit,Write,Glob,Grep'] },
    {
      says: 'a tool that is allowed is there',
      args: line({}, { allow: ['WebFetch(domain:example.org)', 'Bash(make:*)'] }),
      flag: '--tools',
      values: ['Bash,Read,Edit,Write,Glob,Grep,WebFetch'],
    },
    {
      says: 'a reviewer has no tool to write with',
      args: line({ answerSchema: schema }, { allow: ['Write'] }),
      flag: '--tools',
      values: ['Bash,Read,Glob,Grep'],
    },
    {
      says: 'what the config allows is allowed',
      args: line({}, { allow: ['WebFetch'] }),
      flag: '--allowedTools',
      values: ['Bash', 'WebFetch'],
    },
    { says: 'no settings of the project are read', args: line(), flag: '--setting-sources', values: [''] },
    {
      says: 'unless the config says so',
      args: line({}, { settingSources: ['user', 'project'] }),
      flag: '--setting-sources',
      values: ['user,project'],
    },
    { says: 'no servers of the project are started', args: line(), flag: '--strict-mcp-config', values: [] },
    { says: 'no effort is chosen for nobody', args: line(), flag: '--effort', values: null },
    { says: 'the effort of the request', args: line({ effort: 'high' }, { effort: 'low' }), flag: '--effort', values: ['high'] },
    { says: 'turns are limited', args: line({}, { maxTurns: 50 }), flag: '--max-turns', values: ['50'] },
    { says: 'money is limited', args: line({ budgetUsd: 2.5 }, { budgetUsd: 9 }), flag: '--max-budget-usd', values: ['2.5'] },
    {
      says: 'a reviewer answers by the schema',
      args: line({ answerSchema: schema }),
      flag: '--json-schema',
      values: ['{"type":"object"}'],
    },
    { says: 'a worker does not', args: line(), flag: '--json-schema', values: null },
  ])('$says', ({ args, flag, values }) => {
    expect(valuesOf(args, flag)).toEqual(values)
  })

  test('a reviewer may look at the history', () => {
    expect(valuesOf(line({ answerSchema: schema }), '--allowedTools')).toContain('Bash(git diff:*)')
  })

  test("a person's own arguments come last, and the prompt is not among them", () => {
    const args = line({ prompt: 'secret plan' }, { args: ['--debug-file', '/tmp/d'] })
    expect(args.slice(-2)).toEqual(['--debug-file', '/tmp/d'])
    expect(args.join(' ')).not.toContain('secret plan')
    expect(args.slice(0, 5)).toEqual(['-p', '--output-format', 'stream-json', '--verbose', '--include-partial-messages'])
  })
})

describe('settings', () => {
  test('secrets and shared parts of the repository are denied, with and without a sandbox', () => {
    for (const sandboxed of [true, false]) expect(settingsOf(line({}, {}, sandboxed))['permissions']).toEqual({ deny: defaultDenials })
  })

  test('a person may deny more, and allow what is denied by default', () => {
    const { deny } = settingsOf(line({}, { deny: ['WebSearch'], allow: ['Read(./.env)'] }))['permissions'] as { deny: string[] }
    expect(deny).toContain('WebSearch')
    expect(deny).not.toContain('Read(./.env)')
    expect(deny).toContain('Read(./.env.*)')
  })

  test('a reviewer is denied the flags by which the commands that it may run would write', () => {
    const { deny } = settingsOf(line({ answerSchema: schema }))['permissions'] as { deny: string[] }
    expect(deny).toEqual([...defaultDenials, 'Bash(git * --output*)', 'Bash(git * --ext-diff*)'])
  })

  test('a sandbox that cannot be had is refused, and nothing gets around it', () => {
    expect(settingsOf(line({}, { allowedDomains: ['example.org'] }, true))['sandbox']).toMatchObject({
      enabled: true,
      failIfUnavailable: true,
      autoAllowBashIfSandboxed: true,
      allowUnsandboxedCommands: false,
      network: { allowedDomains: ['example.org'] },
      credentials: { envVars: expect.arrayContaining([{ name: 'ANTHROPIC_API_KEY', mode: 'deny' }]) },
    })
    expect(settingsOf(line())).not.toHaveProperty('sandbox')
  })

  test('in a sandbox a reviewer still runs only what it is allowed', () => {
    const sandbox = settingsOf(line({ answerSchema: schema }, { allowedDomains: ['example.org'] }, true))['sandbox']
    expect(sandbox).toMatchObject({ autoAllowBashIfSandboxed: false, network: { allowedDomains: [] } })
  })
})
