import { describe, expect, it } from 'vitest'
import { Rig } from '../support/rig.js'

const milestone = (id: string, more = ''): string => `${more}# Milestone ${id} - Work ${id}\n## Tasks\n1. Do ${id}\n`

/** Each session costs a cent in the end; one of an implementer can tell of its calls while it is at work. */
const worker = `
  if (scene.step === 'review') return scene.review()
  scene.write(scene.task + '.txt', 'x\\n')
  scene.done()
`

/** Says that it has used a million tokens of a dear model, and does not end by itself unless it is gone on with. */
const spender = `
  if (scene.step === 'review') return scene.review()
  scene.write(scene.task + '.txt', 'x\\n')
  if (scene.resumed) return scene.done()
  const usage = { input_tokens: 1000000, output_tokens: 0 }
  scene.line({ type: 'stream_event', event: { type: 'message_start', message: { id: 'm1', model: 'claude-opus-4-8', usage } } })
  await new Promise((r) => setTimeout(r, 60000))
`

function rigWith(body: string, budget: object, files: Record<string, string>): Rig {
  const rig = Rig.create({ milestones: files })
  rig.configure({
    agent: { command: rig.puppet(body) },
    budget,
    review: { scope: ['task'] },
    execution: { concurrency: 1, retryDelay: '10ms' },
  })
  rig.commit()
  return rig
}

const two = { '1A': milestone('1A'), '2A': milestone('2A') }

describe('a budget', () => {
  it('of the run is warned of, pauses it with status 3, and goes on when it is raised', async () => {
    await using rig = rigWith(worker, {}, two)
    const ended = await rig.orch(['run', '--budget-usd', '0.03'])
    expect(ended).toMatchObject({ exitCode: 3 })
    expect(ended.stdout + ended.stderr).toContain('--budget-usd')
    expect(rig.facts().filter((f) => f.type === 'budget-warned')).toMatchObject([{ scope: 'run', measure: 'usd', limit: 0.03 }])
    expect(await rig.statusJson()).toMatchObject({
      run: { state: 'paused', failure: { reason: 'budget-reached' } },
      wait: { reason: 'budget', until: null },
      totals: { merged: 1, failed: 0, costUsd: 0.03 },
    })
    expect(await rig.orch(['resume'])).toMatchObject({ exitCode: 3 })
    expect(await rig.orch(['resume', '--budget-usd', '20'])).toMatchObject({ exitCode: 0 })
    expect(rig.has('2A.txt')).toBe(true)
  })

  it('that a running session uses up ends it, keeps what it cost as estimated, and lets it go on in the same conversation', async () => {
    await using rig = rigWith(spender, { maxUsd: 4 }, { '1A': milestone('1A') })
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 3 })
    expect(rig.facts().find((f) => f.type === 'attempt-interrupted')).toMatchObject({ usage: { costUsd: 5, estimatedUsd: 5 } })
    expect(await rig.statusJson()).toMatchObject({ totals: { costUsd: 5 }, wait: { reason: 'budget' } })
    expect(await rig.orch(['resume', '--budget-usd', '9'])).toMatchObject({ exitCode: 0 })
    expect(rig.facts().filter((f) => f.type === 'attempt-started')).toMatchObject([{ resumes: false }, { resumes: true }])
  })

  it('of a task parks it with its work while the others go on, and a higher one in its milestone is enough to go on', async () => {
    const files = { '1A': milestone('1A', '---\nbudgetUsd: 4\n---\n'), '1B': milestone('1B') }
    await using rig = rigWith(spender.replace('if (scene.resumed)', "if (scene.resumed || scene.task === '1B')"), {}, files)
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 3 })
    const [first, second] = (await rig.statusJson()).stages[0]?.tasks ?? []
    expect(first).toMatchObject({ id: '1A', state: 'parked', waitingFor: { reason: 'budget' }, failure: { reason: 'budget-reached' } })
    expect(second).toMatchObject({ id: '1B', state: 'approved' })
    rig.write({ 'milestones/1A.md': milestone('1A', '---\nbudgetUsd: 40\n---\n') })
    rig.commit()
    expect(await rig.orch(['resume'])).toMatchObject({ exitCode: 0 })
    expect(rig.has('1A.txt') && rig.has('1B.txt')).toBe(true)
  })

  it('of tool uses, tokens, time or sessions pauses the run too', async () => {
    for (const budget of [{ maxSessions: 1 }, { maxTokens: 100 }, { preset: 'guarded', maxToolUses: 1 }, { maxDuration: '1ms' }]) {
      await using rig = rigWith(worker, budget, { '1A': milestone('1A') })
      expect(await rig.orch(['run']), JSON.stringify(budget)).toMatchObject({ exitCode: 3 })
    }
  })

  it('that is no amount is refused before anything starts', async () => {
    await using rig = rigWith(worker, {}, two)
    expect(await rig.orch(['run', '--budget-usd', 'lots'])).toMatchObject({ exitCode: 2 })
    expect(await rig.orch(['run', '--max-duration', 'soon'])).toMatchObject({ exitCode: 2 })
  })
})

describe('orch cost', () => {
  it('adds up to what the status says, as text, JSON and CSV, and forecasts what is ahead', async () => {
    await using rig = rigWith(worker, {}, { '1A': milestone('1A'), '1B': milestone('1B') })
    expect(await rig.orch(['run', '--milestone', '1A'])).toMatchObject({ exitCode: 0 })
    const { costUsd } = (await rig.statusJson()).totals
    const json = JSON.parse((await rig.orch(['cost', '--json'])).stdout) as {
      entries: { costUsd: number }[]
      by: Record<string, { costUsd: number }[]>
      total: { costUsd: number }
    }
    expect(json.total.costUsd).toBe(costUsd)
    for (const sums of Object.values(json.by)) expect(sums.reduce((sum, s) => sum + s.costUsd, 0)).toBeCloseTo(costUsd)
    const [head, ...lines] = (await rig.orch(['cost', '--csv'])).stdout.trim().split('\r\n')
    const column = head?.split(',').indexOf('costUsd') ?? -1
    expect(lines.reduce((sum, line) => sum + Number(line.split(',')[column]), 0)).toBeCloseTo(costUsd)
    expect((await rig.orch(['cost'])).stdout).toContain('by model')
    expect((await rig.orch(['plan'])).stdout).toContain('forecast by 1 finished task')
  })
})

describe('agent.fallback', () => {
  it('goes on with the other model when there is no such model, and says so', async () => {
    await using rig = rigWith(worker, {}, { '1A': milestone('1A') })
    const body = `
      if (!scene.argv.includes('good')) {
        scene.assistant({ type: 'text', text: 'no' }, { error: 'model_not_found' })
        scene.result({ is_error: true, api_error_status: 404, result: 'no such model' })
        process.exitCode = 1
        return
      }
      ${worker}`
    rig.configure({ agent: { command: rig.puppet(body), model: 'bad', fallback: [{ on: ['model-unknown'], to: 'good' }] } })
    rig.commit()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    expect(rig.facts().filter((f) => f.type === 'model-changed')).toMatchObject([{ from: 'bad', to: 'good', because: 'model-unknown' }])
  })
})
