import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Rig } from '../support/rig.js'

/** Each begins with `planted` behind its prefix: nothing that orch writes may hold that word. */
const secrets = {
  inEnvironment: 'sk-ant-api03-planted-in-the-environment',
  inFile: 'sk-ant-oat01-planted-in-a-file',
  inAuthFile: 'sk-ant-api03-planted-in-auth-configs',
  inConfig: 'planted-in-the-config-of-the-agent',
  address: 'planted.person@accounts.example',
}

const milestone = `# Milestone 1A - A file
## Tasks
1. Write a.txt
## Exit Criteria
- \`node -e "console.log(process.env.WORK_KEY, process.env.WORK_KEY.length); process.exitCode = require('fs').existsSync('b.txt') ? 0 : 1"\`
- The file is there
`

/** Says all that it knows, wherever an agent can say something; its first account is closed, its first try fails, its first work is refused. */
const blabbermouth = `
  const known = [process.env.ANTHROPIC_API_KEY, process.env.CLAUDE_CODE_OAUTH_TOKEN, process.env.AGENT_TOKEN, '${secrets.address}']
  const all = known.filter((s) => s !== undefined).join(' ')
  process.stderr.write('I was started with ' + all + '\\n')
  scene.assistant({ type: 'text', text: 'I was started with ' + all })
  scene.assistant({ type: 'tool_use', id: 't1', name: 'Bash', input: { command: 'echo ' + all, description: all } })
  scene.line({ type: 'user', message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: all }] } })
  if (process.env.ANTHROPIC_API_KEY === undefined && process.env.CLAUDE_CODE_OAUTH_TOKEN === undefined) return scene.limit(3600000)
  if (scene.step === 'review') return scene.review({
    verdict: scene.number === 1 ? 'changes_requested' : 'approved',
    summary: 'seen by ' + all,
    criteria: [{ n: 2, met: scene.number > 1, evidence: all, file: null, line: null }],
    findings: scene.number === 1 ? [{ severity: 'major', file: 'a.txt', line: 1, title: 'No ' + all, detail: all }] : [],
  })
  if (scene.step === 'implement' && scene.number === 1) {
    scene.assistant({ type: 'text', text: 'API Error: 500 for ' + all }, { error: 'server_error' })
    scene.result({ is_error: true, api_error_status: 500, result: 'API Error: 500 {"message":"no luck for ' + all + '"}' })
    process.exitCode = 1
    return
  }
  if (scene.step === 'remediate') scene.write('b.txt', String(scene.number))
  scene.write('a.txt', String(scene.number))
  scene.done('Done for ' + all)`

const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map((name) => join(folder, name))
        .filter((file) => statSync(file).isFile())
    : []

describe('a key, a token and the address of an account', () => {
  it('are in nothing that orch writes or prints, whoever says them', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone } })
    const home = rig.env['HOME'] ?? ''
    const keyFile = join(home, 'second-key')
    writeFileSync(keyFile, secrets.inFile)
    chmodSync(keyFile, 0o600)
    writeFileSync(join(home, '.claude.json'), JSON.stringify({ oauthAccount: { emailAddress: secrets.address } }))
    mkdirSync(join(rig.repo, '.orchestrator'))
    const authFile = join(rig.repo, '.orchestrator', 'auth-configs.json')
    rig.configure({
      agent: { command: rig.puppet(blabbermouth), env: { AGENT_TOKEN: secrets.inConfig } },
      auth: {
        accounts: [
          { name: 'work', keyFromEnv: 'WORK_KEY' },
          { name: 'second', keyFile },
        ],
      },
    })
    rig.write({ '.gitignore': '.orchestrator/\n' })
    rig.commit()
    writeFileSync(authFile, JSON.stringify([{ name: 'third', env: { ANTHROPIC_API_KEY: secrets.inAuthFile } }]), { mode: 0o600 })
    const env = { WORK_KEY: secrets.inEnvironment }
    const printed: string[] = []
    const orch = async (...args: string[]) => {
      const ended = await rig.orch(args, { env })
      printed.push(ended.stdout, ended.stderr)
      return ended
    }
    expect(await orch('run', '--json')).toMatchObject({ exitCode: 0 })
    const types = rig.facts().map((f) => f.type)
    expect(types).toEqual(expect.arrayContaining(['limit-hit', 'attempt-failed', 'checks-finished', 'review-given', 'task-approved']))
    for (const command of ['status', 'cost', 'limits', 'auth list', 'auth test', 'ps', 'plan'])
      for (const form of [[], ['--json']]) await orch(...command.split(' '), ...form)
    for (const args of [
      ['logs'],
      ['logs', '1A'],
      ['logs', '1A', '--json'],
      ['report'],
      ['report', '--json'],
      ['report', '--format', 'html'],
      ['cost', '--csv'],
      ['cost', '--forecast'],
      ['validate'],
      ['doctor'],
    ])
      await orch(...args)
    expect(printed.filter((text) => text !== '').length).toBeGreaterThan(20)
    const records = [join(rig.repo, '.orch'), join(home, '.local')].flatMap(filesBelow)
    const written = records.map((file): [string, string] => [file, readFileSync(file, 'utf8')])
    // Transcripts, prompts, reviews, outputs of checks: all that a run leaves is among them.
    for (const kind of ['sessions', 'prompts', 'reviews', 'checks'])
      expect(
        records.some((file) => file.includes(`/${kind}/`)),
        kind,
      ).toBe(true)
    // What was said is there, each secret in it replaced.
    expect(written.filter(([, text]) => text.includes('I was started with ***')).length).toBeGreaterThan(1)
    const messages = rig.git('log', '--all', '--format=%B%an%ae')
    for (const [where, text] of [
      ...written,
      ['TASKS.md', rig.read('TASKS.md')],
      ['git', messages],
      ...printed.map((t, i) => [`output ${i}`, t]),
    ])
      expect(text, where).not.toContain('planted')
  })
})
