import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type FakeApi, type Reply, type Scenario, startFakeApi } from '../support/fake-api.mjs'
import { realClaude, realClaudeEnv } from '../support/real-claude.js'
import { Rig } from '../support/rig.js'

let program: string
let api: FakeApi

beforeAll(async () => {
  program = await realClaude()
  api = await startFakeApi()
}, 600_000)

afterAll(() => api.close())

const lanes = new Map<string, Scenario>()

/** A repository of one milestone whose agent is the real program, without reviews, with an API of its own on loopback. */
async function rigWith(lane: string, scenario: Scenario, config: Readonly<Record<string, unknown>> = {}) {
  lanes.set(lane, scenario)
  api.load({ lanes: Object.fromEntries(lanes) })
  const rig = Rig.create({ milestones: { '1A': '# Milestone 1A - A file\n## Tasks\n1. Write a.txt\n' } })
  rig.configure({ agent: { command: program, model: 'sonnet' }, review: { enabled: false }, ...config })
  rig.commit()
  const env = await realClaudeEnv({ home: `${rig.root}/home`, url: `${api.url}/lane/${lane}`, login: 'key' })
  return { rig, env }
}

const refusal = (message: string): Scenario => ({
  rules: [{ when: { path: 'messages' }, reply: { error: 400, type: 'invalid_request_error', message } }],
})
const write: Reply = { tool: 'Write', input: { file_path: '{{cwd}}/a.txt', content: 'a\n' } }

describe('the real Claude Code program', () => {
  it('whose account has no credit stops the run with status 5, and no task has failed', async () => {
    const { rig, env } = await rigWith('credit', refusal('Your credit balance is too low to access the Anthropic API.'))
    await using _ = rig
    expect(await rig.orch(['run'], { env })).toMatchObject({ exitCode: 5 })
    expect(await rig.statusJson()).toMatchObject({
      run: { state: 'paused', failure: { reason: 'billing-refused' } },
      totals: { failed: 0 },
    })
  })

  it('whose context is too long is begun anew once, then its task has failed with status 1', async () => {
    const { rig, env } = await rigWith('context', refusal('prompt is too long: 250000 tokens > 200000 maximum'))
    await using _ = rig
    expect(await rig.orch(['run'], { env })).toMatchObject({ exitCode: 1 })
    const starts = rig.facts().flatMap((f) => (f.type === 'attempt-started' ? [f] : []))
    expect(starts.map((f) => f.resumes)).toEqual([false, false])
    expect(new Set(starts.map((f) => f.session)).size).toBe(2)
    expect((await rig.statusJson()).stages[0]?.tasks[0]).toMatchObject({ state: 'failed', failure: { reason: 'context-too-long' } })
  })

  it('is told what is left of the budget, ends at it, and goes on in the same conversation once it is raised', async () => {
    const usage = { input_tokens: 20_000, output_tokens: 1000 }
    const { rig, env } = await rigWith('budget', { usage, steps: [write, write, write, 'Done.'] }, { budget: { maxUsd: 0.06 } })
    await using _ = rig
    expect(await rig.orch(['run'], { env })).toMatchObject({ exitCode: 3 })
    const status = await rig.statusJson()
    expect(status).toMatchObject({ run: { state: 'paused', failure: { reason: 'budget-reached' } }, wait: { reason: 'budget' } })
    expect(status.totals.costUsd).toBeGreaterThanOrEqual(0.06)
    expect(rig.facts().some((f) => f.type === 'budget-warned')).toBe(true)
    expect(await rig.orch(['resume', '--budget-usd', '20'], { env })).toMatchObject({ exitCode: 0 })
    expect(rig.facts().filter((f) => f.type === 'attempt-started')).toMatchObject([{ resumes: false }, { resumes: true }])
    expect(rig.has('a.txt')).toBe(true)
  })
})
