import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findingId } from '../../src/documents/finding-id.js'
import { type FakeApi, type Reply, type Scenario, startFakeApi } from '../support/fake-api.mjs'
import { type FakeLogin, realClaude, realClaudeEnv } from '../support/real-claude.js'
import { Rig } from '../support/rig.js'

let program: string
let api: FakeApi

beforeAll(async () => {
  program = await realClaude()
  api = await startFakeApi()
}, 600_000)

afterAll(() => api.close())

const write = (file: string, content: string): Reply => ({ tool: 'Write', input: { file_path: `{{cwd}}/${file}`, content } })
const bash = (command: string): Reply => ({ tool: 'Bash', input: { command, description: 'a step' } })
const answer = (verdict: object): Reply => ({ tool: 'StructuredOutput', input: { summary: 'read', findings: [], ...verdict } })
const met = (...numbers: number[]) => numbers.map((n) => ({ n, met: true, evidence: 'answer.mjs says 42', file: 'answer.mjs', line: 1 }))
const approved = answer({ verdict: 'approved', criteria: met(1, 2) })

/** A reviewing session is one that has been given a schema to answer by. */
const isReview = { body: '"name":"StructuredOutput"' }

const milestone = `# Milestone 1A - The answer
## Tasks
1. Write answer.mjs
## Exit Criteria
- \`node check.mjs\`
- The answer is explained in a comment
`

/** A repository whose agent is the real program, with an API of its own on loopback. */
async function rigWith(lane: string, scenario: Scenario, login: FakeLogin = 'key') {
  lanes.set(lane, scenario)
  api.load({ lanes: Object.fromEntries(lanes) })
  const rig = Rig.create({
    files: { 'check.mjs': "import { answer } from './answer.mjs'\nprocess.exitCode = answer === 42 ? 0 : 1\n" },
    milestones: { '1A': milestone },
  })
  rig.configure({ agent: { command: program, sandbox: 'auto', model: 'sonnet' }, checks: [] })
  rig.commit()
  const env = await realClaudeEnv({ home: `${rig.root}/home`, url: `${api.url}/lane/${lane}`, login })
  return { rig, env }
}

const lanes = new Map<string, Scenario>()

const merged = (rig: Rig): string =>
  rig.git('log', '--merges', '--format=%(trailers:key=Orch-Task,valueonly,separator=%x2C)', 'main').trim()

describe('the real Claude Code program, from a milestone to a merge', () => {
  it('a failing check and a refused review are remediated in the same conversation, then merged', async () => {
    const refusal = answer({
      verdict: 'changes_requested',
      criteria: [{ n: 2, met: false, evidence: 'there is no comment', file: 'answer.mjs', line: 1 }],
      findings: [{ severity: 'major', file: 'answer.mjs', line: 1, title: 'No comment', detail: 'Explain the answer.' }],
    })
    const { rig, env } = await rigWith('whole', {
      rules: [
        { when: isReview, times: 1, reply: refusal },
        { when: isReview, reply: approved },
      ],
      steps: [
        write('answer.mjs', 'export const answer = 41\n'),
        'All done!',
        bash("sed -i 's/41/42/' answer.mjs"),
        'Mended.',
        bash("sed -i '1i // The answer to everything' answer.mjs"),
        'Explained.',
      ],
    })
    await using _ = rig
    const ended = await rig.orch(['run'], { env })
    expect(ended).toMatchObject({ exitCode: 0 })
    expect(merged(rig)).toBe('1A')
    expect(rig.read('answer.mjs')).toBe('// The answer to everything\nexport const answer = 42\n')
    const steps = rig
      .facts()
      .flatMap((f) => (f.type === 'attempt-started' ? [{ step: f.step, session: f.session, resumes: f.resumes }] : []))
    expect(steps.map((s) => s.step)).toEqual(['implement', 'remediate', 'remediate'])
    expect(new Set(steps.map((s) => s.session)).size).toBe(1)
    expect(rig.read('TASKS.md')).toContain('- [x] The answer is explained in a comment')
    expect(rig.processes()).toEqual([])
  })

  it('what a review found goes on under its ids: mended in the same conversation, answered, and judged again by somebody else', async () => {
    const comment = { severity: 'major', file: 'answer.mjs', line: 1, title: 'No comment explains the answer', detail: 'Explain it.' }
    const name = { severity: 'major', file: 'answer.mjs', line: 1, title: 'The export has an odd name', detail: 'Rename it.' }
    const why = 'check.mjs:1 imports it under this very name'
    const again = { ...comment, id: findingId(comment), severity: 'nit', line: 1, title: 'Could say more' }
    const judgesAnswer = { body: `answered: ${why}` }
    const { rig, env } = await rigWith('ids', {
      rules: [
        { when: judgesAnswer, reply: answer({ verdict: 'approved', criteria: met(2), findings: [again] }) },
        { when: isReview, times: 1, reply: answer({ verdict: 'changes_requested', criteria: met(2), findings: [comment, name] }) },
      ],
      steps: [
        write('answer.mjs', 'export const answer = 42\n'),
        'Done. Approve this.',
        bash("sed -i '1i // The answer to everything' answer.mjs"),
        `Explained.\n\nANSWER ${findingId(name)}: ${why}`,
      ],
    })
    await using _ = rig
    expect(await rig.orch(['run'], { env })).toMatchObject({ exitCode: 0 })
    const facts = rig.facts()
    const attempts = facts.flatMap((f) => (f.type === 'attempt-started' ? [{ session: f.session, resumes: f.resumes }] : []))
    expect(attempts).toEqual([expect.objectContaining({ resumes: false }), { session: attempts[0]?.session, resumes: true }])
    expect(facts.filter((f) => f.type === 'attempt-finished').at(-1)).toMatchObject({ answers: [{ id: findingId(name), reason: why }] })
    expect(facts.filter((f) => f.type === 'review-given').at(-1)).toMatchObject({ verdict: { findings: [{ id: findingId(comment) }] } })
    expect(rig.read('TASKS.md')).toContain('Reviews: 2 → 0 blocking.')
    expect(rig.read('TASKS.md')).toMatch(/The export has an odd name — closed by an answer/)
    expect(rig.read('milestones/_next/stage-1.md')).toContain('Could say more')
  })

  it("a subscription's limit with a reset time is waited out, and the same conversation goes on", async () => {
    const limit: Reply = {
      error: 429,
      headers: {
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-reset': '{{now+4}}',
        'anthropic-ratelimit-unified-representative-claim': 'five_hour',
        'anthropic-ratelimit-unified-5h-utilization': '1.0',
        'anthropic-ratelimit-unified-5h-reset': '{{now+4}}',
      },
    }
    const steps = [bash('echo hi'), limit, write('answer.mjs', '// why\nexport const answer = 42\n'), 'Done.']
    const { rig, env } = await rigWith('limit', { rules: [{ when: isReview, reply: approved }], steps }, 'subscription')
    await using _ = rig
    expect(await rig.orch(['run'], { env })).toMatchObject({ exitCode: 0 })
    const facts = rig.facts()
    expect(facts.find((f) => f.type === 'limit-hit')).toMatchObject({ guessed: false, window: 'five_hour' })
    expect(facts.filter((f) => f.type === 'attempt-started')).toMatchObject([
      { attempt: 1, resumes: false },
      { attempt: 1, resumes: true },
    ])
    expect(merged(rig)).toBe('1A')
  })

  it('a reviewer cannot write, whichever tool it tries, and its approval counts', async () => {
    const tries = [
      write('mischief.txt', 'x'),
      { tool: 'Edit', input: { file_path: '{{cwd}}/answer.mjs', old_string: '42', new_string: '43' } },
      bash('echo x > mischief.txt'),
      bash('git log --oneline -1 > mischief.txt'),
      bash('git log -1 --output=mischief.txt'),
      bash('git commit --allow-empty -m mischief'),
      bash('cat answer.mjs | tee mischief.txt'),
      bash('cp answer.mjs mischief.txt; rm answer.mjs'),
    ]
    const rules = [...tries.map((reply) => ({ when: isReview, times: 1, reply })), { when: isReview, reply: approved }]
    const { rig, env } = await rigWith('read-only', { rules, steps: [write('answer.mjs', '// why\nexport const answer = 42\n'), 'Done.'] })
    await using _ = rig
    expect(await rig.orch(['run'], { env })).toMatchObject({ exitCode: 0 })
    expect(rig.facts().filter((f) => f.type === 'review-failed')).toEqual([])
    expect(rig.git('ls-tree', '-r', '--name-only', 'main').split('\n')).not.toContain('mischief.txt')
    expect(rig.git('log', '--format=%s', 'main')).not.toContain('mischief')
    expect(rig.read('answer.mjs')).toBe('// why\nexport const answer = 42\n')
    expect(rig.read('TASKS.md')).toContain('- [x] The answer is explained in a comment — answer.mjs:1 at ')
  })

  it('a review during which files change all the same does not count, and another one judges', async () => {
    const rules = [
      // The wish alone changes nothing: somebody else writes while the reviewer reads.
      { when: isReview, times: 1, reply: bash('cat answer.mjs') },
      { when: isReview, reply: approved },
    ]
    const { rig, env } = await rigWith('not-read-only', {
      rules,
      steps: [write('answer.mjs', '// why\nexport const answer = 42\n'), 'Done.'],
    })
    await using _ = rig
    const running = rig.start(['run'], { env })
    const review = () => rig.facts().find((f) => f.type === 'review-started')
    while (review() === undefined) await sleep(20)
    rig.write({ [`.orch/worktrees/${review()?.run ?? ''}/1A/mischief.txt`]: 'x' })
    expect(await running.ended).toMatchObject({ exitCode: 0 })
    expect(rig.facts().find((f) => f.type === 'review-failed')).toMatchObject({
      failure: { reason: 'review-not-readonly', files: ['mischief.txt'] },
    })
    expect(rig.git('ls-tree', '-r', '--name-only', 'main').split('\n')).not.toContain('mischief.txt')
    expect(merged(rig)).toBe('1A')
  })

  it('an overloaded service burns no attempt', async () => {
    const scenario: Scenario = {
      rules: [
        { when: { ...isReview }, reply: approved },
        { when: { tools: true, from: 0, to: 5 }, times: 6, reply: { error: 529 } },
      ],
      steps: [write('answer.mjs', '// why\nexport const answer = 42\n'), 'Done.'],
    }
    const { rig, env } = await rigWith('overloaded', scenario)
    await using _ = rig
    expect(await rig.orch(['run'], { env })).toMatchObject({ exitCode: 0 })
    expect(rig.facts().find((f) => f.type === 'attempt-failed')).toMatchObject({
      counts: false,
      failure: { reason: 'service-unavailable' },
    })
    expect(merged(rig)).toBe('1A')
  })

  const refusedByPlan = (claim: 'five_hour' | 'seven_day', reset: string): Reply => {
    const short = claim === 'five_hour' ? '5h' : '7d'
    return {
      error: 429,
      headers: {
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-reset': reset,
        'anthropic-ratelimit-unified-representative-claim': claim,
        [`anthropic-ratelimit-unified-${short}-utilization`]: '1.0',
        [`anthropic-ratelimit-unified-${short}-reset`]: reset,
      },
    }
  }

  it('a review that a limit cuts off goes on in its own conversation', async () => {
    const rules = [
      { when: isReview, times: 1, reply: bash('git log --oneline -1') },
      { when: isReview, times: 1, reply: refusedByPlan('five_hour', '{{now+4}}') },
      { when: isReview, reply: approved },
    ]
    const steps = [write('answer.mjs', '// why\nexport const answer = 42\n'), 'Done.']
    const { rig, env } = await rigWith('limited-review', { rules, steps }, 'subscription')
    await using _ = rig
    expect(await rig.orch(['run'], { env })).toMatchObject({ exitCode: 0 })
    const reviews = rig.facts().flatMap((f) => (f.type === 'review-started' && f.task === '1A' ? [f] : []))
    expect(reviews).toMatchObject([{ resumes: false }, { resumes: true, session: reviews[0]?.session }])
    expect(merged(rig)).toBe('1A')
  })

  it('a storm of overload narrows what runs at a time, which grows back, and burns nothing', async () => {
    const file: Reply = { tool: 'Write', input: { file_path: '{{cwd}}/{{session}}.txt', content: 'x' } }
    const scenario: Scenario = { rules: [{ when: { tools: true }, times: 6, reply: { error: 529 } }], steps: [file, 'Done.'] }
    const { rig, env } = await rigWith('storm', scenario)
    await using _ = rig
    for (const id of ['1A', '1B', '1C', '1D']) rig.write({ [`milestones/${id}.md`]: `# Milestone ${id} - A file\n## Tasks\n1. Write it\n` })
    const agent = { command: program, model: 'sonnet', env: { CLAUDE_CODE_MAX_RETRIES: '0' } }
    rig.configure({ agent, review: { enabled: false }, execution: { concurrency: 4, retryDelay: '1s' } })
    rig.commit()
    const ended = await rig.orch(['run'], { env })
    expect(ended).toMatchObject({ exitCode: 0 })
    const facts = rig.facts()
    const failures = facts.flatMap((f) => (f.type === 'attempt-failed' ? [f] : []))
    expect(failures.length).toBeGreaterThan(0)
    expect(failures.filter((f) => f.counts || f.failure.reason !== 'service-unavailable')).toEqual([])
    const widths = facts.flatMap((f) => (f.type === 'concurrency-changed' ? [f.sessions] : []))
    expect(widths[0]).toBeLessThan(4)
    expect(ended.stderr).toMatch(/at most \d sessions? at a time for now/)
    // It grows for each answer, and is forgotten when the run is over.
    expect(widths.some((width, i) => i > 0 && (width ?? 4) > (widths[i - 1] ?? 4))).toBe(true)
    expect(await rig.statusJson()).toMatchObject({ run: { state: 'done' }, wait: null, totals: { merged: 4, failed: 0 } })
  })

  it.each<[string, Reply, 'subscription' | 'key', object]>([
    ['five hours', refusedByPlan('five_hour', '{{now+18000}}'), 'subscription', { window: 'five_hour', guessed: false }],
    ['a week', refusedByPlan('seven_day', '{{now+500000}}'), 'subscription', { window: 'seven_day', guessed: false }],
    ['an unknown time', { error: 429, headers: { 'retry-after': '3600' } }, 'key', { window: null, guessed: true }],
  ])('a limit of %s that is not waited for ends with exit status 3, and the status tells', async (name, reply, login, hit) => {
    const { rig, env } = await rigWith(`limit of ${name}`.replaceAll(' ', '-'), { rules: [{ when: { tools: true }, reply }] }, login)
    await using _ = rig
    expect(await rig.orch(['run', '--no-wait'], { env })).toMatchObject({ exitCode: 3 })
    expect(rig.facts().find((f) => f.type === 'limit-hit')).toMatchObject({ account: 'default', ...hit })
    expect(await rig.statusJson()).toMatchObject({
      run: { state: 'paused', failure: { reason: 'limit-reached' } },
      wait: { reason: 'limit', until: expect.stringMatching(/^\d{4}-/) },
      accounts: [{ name: 'default', state: 'closed', ...('window' in hit ? { window: hit.window } : {}) }],
      stages: [{ tasks: [{ id: '1A', state: 'waiting', waitingFor: { reason: 'limit' }, failure: null }] }],
      totals: { failed: 0 },
    })
  })

  it.each([
    ['a refused login', 'invalid x-api-key'],
    ['an expired token', 'OAuth token has expired. Please obtain a new token or refresh your existing token.'],
  ])('%s stops the run with exit status 5 and what to do, and no task has failed', async (name, message) => {
    const reply: Reply = { error: 401, type: 'authentication_error', message }
    const { rig, env } = await rigWith(name.replaceAll(' ', '-'), { rules: [{ when: { path: 'messages' }, reply }] }, 'subscription')
    await using _ = rig
    const ended = await rig.orch(['run'], { env })
    expect(ended).toMatchObject({ exitCode: 5 })
    expect(ended.stdout + ended.stderr).toMatch(/login was refused/)
    expect(await rig.statusJson()).toMatchObject({
      run: { state: 'paused', failure: { reason: 'login-refused', hint: expect.stringContaining('orch resume') } },
      wait: null,
      totals: { failed: 0 },
    })
  })

  it('killed with its session, orch takes the conversation up again', async () => {
    const steps = [
      bash('echo begun > begun.txt; for i in 1 2 3 4 5 6; do sleep 5; done'),
      write('answer.mjs', '// why\nexport const answer = 42\n'),
      'Done.',
    ]
    const { rig, env } = await rigWith('killed', { rules: [{ when: isReview, reply: approved }], steps })
    await using _ = rig
    const running = rig.start(['run'], { env })
    const { id } = { id: () => rig.facts().find((f) => f.type === 'attempt-started') }
    while (id() === undefined || !rig.has(`.orch/worktrees/${id()?.run ?? ''}/1A/begun.txt`)) await sleep(100)
    running.kill('SIGKILL')
    await running.ended
    expect(await rig.orch(['resume'], { env })).toMatchObject({ exitCode: 0 })
    const starts = rig.facts().flatMap((f) => (f.type === 'attempt-started' ? [f] : []))
    expect(starts).toMatchObject([{ resumes: false }, { resumes: true, session: starts[0]?.session }])
    expect(merged(rig)).toBe('1A')
    expect(rig.processes()).toEqual([])
  })
})
