import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { Rig } from '../support/rig.js'

const milestone = (id: string): string => `# Milestone ${id} - Work ${id}\n## Tasks\n1. Do ${id}\n## Exit Criteria\n- it is done\n`

/** Stage 1 is merged; 2A is refused, so that the run stays unfinished. */
async function unfinishedRig(): Promise<{ rig: Rig; folder: string }> {
  const rig = Rig.create({ milestones: { '1A': milestone('1A'), '1B': milestone('1B'), '2A': milestone('2A') } })
  const puppet = rig.puppet(`
    const { existsSync } = await import('node:fs')
    if (scene.step === 'review') return scene.review()
    if (scene.task !== '2A' || existsSync(${JSON.stringify(`${rig.root}/go`)})) scene.write(scene.task + '.txt', 'x')
    scene.done()
  `)
  rig.configure({ agent: { command: puppet } })
  rig.commit()
  expect(await rig.orch(['run'])).toMatchObject({ exitCode: 1 })
  return { rig, folder: join(rig.repo, '.orch', 'runs', rig.facts()[0]?.run ?? '') }
}

const milestonesIn = (rig: Rig): string[] =>
  rig.git('log', '--merges', '--format=%(trailers:key=Orch-Task,valueonly,separator=%x2C)', 'main').split('\n').filter(Boolean).sort()

const keptIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.includes('.damaged-'))

describe('damaged state', () => {
  const linesOf = (file: string): string[] => readFileSync(file, 'utf8').split('\n')
  const table: { what: string; damage: (folder: string) => void; names: RegExp; fixed: RegExp; kept: RegExp }[] = [
    {
      what: 'a checkpoint that is rubbish',
      damage: (folder) => writeFileSync(join(folder, 'checkpoint.json'), '{"schemaVersion":'),
      names: /checkpoint\.json.*checkpoint\.json\.previous/s,
      fixed: /rebuilt from the facts.*checkpoint\.json\.damaged-\d+/,
      kept: /^checkpoint\.json\.damaged-\d+$/,
    },
    {
      what: 'a line in the middle of the facts, which the checkpoint knows',
      damage: (folder) => {
        const file = join(folder, 'facts.ndjson')
        writeFileSync(file, linesOf(file).with(8, 'rubbish').join('\n'))
      },
      names: /facts\.ndjson.*line 9 is damaged/s,
      fixed: /left out whose facts the checkpoint knows: 9; .*facts\.ndjson\.damaged-\d+/,
      kept: /^facts\.ndjson\.damaged-\d+$/,
    },
    {
      what: 'both, with the version before the checkpoint still good',
      damage: (folder) => {
        const file = join(folder, 'facts.ndjson')
        writeFileSync(file, linesOf(file).with(0, 'rubbish').join('\n'))
        writeFileSync(join(folder, 'checkpoint.json'), '')
      },
      names: /damaged|empty/,
      fixed: /facts\.ndjson\.damaged-\d+/,
      kept: /^(facts\.ndjson|checkpoint\.json)\.damaged-\d+$/,
    },
  ]
  it.each(table)('is told and never replaced, until doctor --fix rebuilds it: $what', async ({ damage, names, fixed, kept }) => {
    const { rig, folder } = await unfinishedRig()
    await using _ = rig
    const money = (await rig.statusJson()).totals.costUsd
    expect(money).toBeGreaterThan(0)
    damage(folder)
    const before = Object.fromEntries(
      readdirSync(folder)
        .filter((n) => /facts|check.*json/.test(n))
        .map((n) => [n, readFileSync(join(folder, n), 'utf8')]),
    )
    for (const command of [['status'], ['resume'], ['run']]) {
      const refused = await rig.orch(command)
      expect(refused).toMatchObject({ exitCode: 5 })
      expect(refused.stderr).toMatch(names)
      expect(refused.stderr).toContain('orch doctor --fix')
    }
    expect(await rig.orch(['doctor'])).toMatchObject({ exitCode: 5, stdout: expect.stringContaining('orch doctor --fix') as string })
    for (const [name, text] of Object.entries(before)) expect(readFileSync(join(folder, name), 'utf8')).toBe(text)
    const repaired = await rig.orch(['doctor', '--fix'])
    expect(repaired).toMatchObject({ exitCode: 0 })
    expect(repaired.stdout).toMatch(fixed)
    for (const name of keptIn(folder)) {
      expect(name).toMatch(kept)
      expect(readFileSync(join(folder, name), 'utf8')).toBe(before[name.replace(/\.damaged-\d+$/, '')])
    }
    expect(keptIn(folder)).not.toEqual([])
    rig.write({ '../go': '' })
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    expect(milestonesIn(rig)).toEqual(['1A', '1B', '2A'])
    expect((await rig.orch(['doctor', '--fix'])).stdout).not.toContain('fixed')
  })

  it('of a newer orch is refused by name and left alone, also by doctor --fix', async () => {
    const { rig, folder } = await unfinishedRig()
    await using _ = rig
    const file = join(folder, 'checkpoint.json')
    const newer = readFileSync(file, 'utf8').replace(
      /"schemaVersion":\d+,"orchVersion":"[^"]*"/,
      '"schemaVersion":99,"orchVersion":"9.9.9"',
    )
    writeFileSync(file, newer)
    for (const command of [['status'], ['resume'], ['doctor', '--fix']]) {
      const refused = await rig.orch(command)
      expect(refused).toMatchObject({ exitCode: 5 })
      expect(refused.stdout + refused.stderr).toContain('9.9.9')
    }
    expect(readFileSync(file, 'utf8')).toBe(newer)
    expect(keptIn(folder)).toEqual([])
  })

  const rubbish = (folder: string): void => {
    for (const name of readdirSync(folder).filter((n) => /facts|checkpoint/.test(n)))
      writeFileSync(join(folder, name), 'rubbish\nrubbish\n')
  }
  const lineLost = (folder: string): void => {
    for (const name of ['checkpoint.json', 'checkpoint.json.previous']) rmSync(join(folder, name), { force: true })
    const file = join(folder, 'facts.ndjson')
    writeFileSync(file, linesOf(file).with(8, '\0'.repeat(50)).join('\n'))
  }
  it.each([
    { what: 'all of it', damage: rubbish },
    { what: 'a fact that no checkpoint knows', damage: lineLost },
  ])('that is lost is moved aside as a whole, and git tells a new run what is merged: $what', async ({ damage }) => {
    const { rig, folder } = await unfinishedRig()
    await using _ = rig
    damage(folder)
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 5 })
    const { stdout } = await rig.orch(['doctor', '--fix'])
    expect(stdout).toMatch(/its folder is kept as .*\.damaged-\d+, and its branches stay/)
    expect(stdout).toContain('merged, as the history of main tells: 1A, 1B')
    rig.write({ '../go': '' })
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    expect(milestonesIn(rig)).toEqual(['1A', '1B', '2A'])
  })
})

describe('what a cut-off run left', () => {
  it('is told by doctor and put right by doctor --fix: lock, config, worktrees that are gone, a torn last line', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone('1A') } })
    rig.configure({ agent: { command: rig.puppet(`scene.write('begun.txt', ''); await new Promise(() => setInterval(() => {}, 1000))`) } })
    rig.commit()
    const running = rig.start(['run'])
    await running.waitFor(/implementing/)
    while (!rig.has(`.orch/worktrees/${rig.facts()[0]?.run ?? ''}/1A/begun.txt`)) await sleep(20)
    running.kill('SIGKILL')
    await running.ended
    const run = rig.facts()[0]?.run ?? ''
    const facts = join(rig.repo, '.orch', 'runs', run, 'facts.ndjson')
    const whole = readFileSync(facts, 'utf8')
    writeFileSync(facts, `${whole}{"seq":99,"at":"20`)
    rmSync(join(rig.repo, '.orch', 'worktrees'), { recursive: true })
    expect(rig.git('config', '--get', 'extensions.preciousObjects')).toBe('true')
    const told = (await rig.orch(['doctor'])).stdout
    for (const text of ['a stale lock', 'config as it is during a run', `worktrees/${run}/1A`]) expect(told).toContain(text)
    const { exitCode, stdout } = await rig.orch(['doctor', '--fix', '--json'])
    expect(exitCode).toBe(0)
    expect(rig.processes()).toEqual([])
    const { fixed } = JSON.parse(stdout) as { fixed: { what: string; detail: string }[] }
    expect(fixed.map((f) => f.what).sort()).toEqual(['config', 'lock', 'process', 'state', 'worktree'])
    expect(existsSync(join(rig.repo, '.git', 'orch.lock'))).toBe(false)
    expect(() => rig.git('config', '--get', 'extensions.preciousObjects')).toThrow()
    expect(rig.git('worktree', 'list', '--porcelain').match(/^worktree /gm)).toHaveLength(1)
    expect(readFileSync(facts, 'utf8')).toBe(whole)
    rig.configure({})
    expect(await rig.orch(['resume'])).toMatchObject({ exitCode: 0 })
    expect(rig.processes()).toEqual([])
  })

  it('is left alone while a run is under way', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone('1A') } })
    rig.configure({ agent: { command: rig.puppet(`await new Promise(() => setInterval(() => {}, 1000))`) } })
    rig.commit()
    const running = rig.start(['run'])
    await running.waitFor(/implementing/)
    expect(await rig.orch(['doctor', '--fix'])).toMatchObject({ exitCode: 6 })
    running.kill('SIGTERM')
    expect((await running.ended).exitCode).toBe(143)
  })

  it('moves a damaged lock out of the way once nothing of orch runs, and keeps it', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone('1A') } })
    rig.write({ '.git/orch.lock': '{"pid":' })
    const refused = await rig.orch(['run'])
    expect(refused).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('orch doctor --fix') as string })
    expect(await rig.orch(['doctor', '--fix'])).toMatchObject({ stdout: expect.stringMatching(/orch\.lock\.damaged-\d+/) as string })
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
  })
})

describe('the folder of a run that was killed before its first fact', () => {
  it('is passed over by every command, and removed by doctor --fix', async () => {
    const { rig, folder } = await unfinishedRig()
    await using _ = rig
    const run = rig.facts()[0]?.run
    const hollow = join(folder, '..', '20990101-000000-zzzz')
    mkdirSync(hollow)
    writeFileSync(join(hollow, 'facts.ndjson'), '')
    expect((await rig.statusJson()).run?.id).toBe(run)
    expect(await rig.orch(['logs'])).toMatchObject({ exitCode: 0 })
    expect((await rig.orch(['doctor'])).stdout).toMatch(/never begun: \.orch\/runs\/20990101-000000-zzzz[\s\S]*orch doctor --fix/)
    expect((await rig.orch(['doctor', '--fix'])).stdout).toContain('removed the empty folder of a run that was never begun')
    expect(existsSync(hollow)).toBe(false)
    expect(existsSync(join(folder, 'facts.ndjson'))).toBe(true)
  })
})
