import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectRoot } from '../../support/build.js'
import { Rig } from '../../support/rig.js'
import { answer, play, review } from './stage.js'

const textOf = (id: string): string => readFileSync(join(projectRoot, 'milestones', `${id}.md`), 'utf8')

const passes = (rig: Rig, command: readonly string[] = ['--test']): boolean => {
  try {
    rig.node(...command)
    return true
  } catch {
    return false
  }
}

function demoRepository(): Rig {
  const rig = Rig.create({ config: null })
  cpSync(join(projectRoot, 'templates', 'demo'), rig.repo, { recursive: true })
  rig.commit('The starting point')
  return rig
}

/** Carries a milestone out by hand on a branch of its own, waiting for limits and remediating once where it is needed. */
async function carryOut(rig: Rig, id: string): Promise<{ remediated: boolean }> {
  rig.git('switch', '--quiet', '-c', id, 'main')
  const prompt = textOf(id)
  let end = await play(rig, { task: id, prompt })
  const { session } = end
  await expect
    .poll(
      async () => {
        if (end.result?.['api_error_status'] === 429) end = await play(rig, { task: id, prompt, resume: session })
        return end.result?.is_error
      },
      { timeout: 30_000, interval: 500 },
    )
    .toBe(false)
  const isFine = async (round: number): Promise<boolean> =>
    passes(rig) && answer(await review(rig, { task: id, prompt, round })).verdict === 'approved'
  const fine = await isFine(1)
  if (!fine) {
    await play(rig, { task: id, prompt, step: 'remediate', resume: session, attempt: 2 })
    expect(await isFine(2)).toBe(true)
  }
  rig.commit(id)
  return { remediated: !fine }
}

async function merge(rig: Rig, id: string): Promise<{ conflicted: boolean }> {
  rig.git('switch', '--quiet', 'main')
  const conflicted = !succeeds(() => rig.git('merge', '--quiet', '--no-ff', '--no-edit', id))
  if (conflicted) {
    await play(rig, { task: id, prompt: textOf(id), step: 'resolve', attempt: 9 })
    rig.commit(`Merge ${id}`)
  }
  return { conflicted }
}

const succeeds = (act: () => unknown): boolean => {
  try {
    act()
    return true
  } catch {
    return false
  }
}

describe('the bundled example', () => {
  test('every milestone begins with tests that pass', async () => {
    await using rig = demoRepository()
    expect(passes(rig)).toBe(true)
  })

  test('its scripts write code whose tests pass, with the obstacles that they promise', async () => {
    await using rig = demoRepository()
    // 1C needs 1A, so it starts from the merge of it; 1B does not.
    const remediated: Record<string, boolean> = {}
    const conflicted: Record<string, boolean> = {}
    remediated['1A'] = (await carryOut(rig, '1A')).remediated
    remediated['1B'] = (await carryOut(rig, '1B')).remediated
    for (const id of ['1A', '1B']) conflicted[id] = (await merge(rig, id)).conflicted
    remediated['1C'] = (await carryOut(rig, '1C')).remediated
    conflicted['1C'] = (await merge(rig, '1C')).conflicted
    expect(passes(rig)).toBe(true)
    for (const id of ['2A', '2B']) remediated[id] = (await carryOut(rig, id)).remediated
    for (const id of ['2A', '2B']) conflicted[id] = (await merge(rig, id)).conflicted
    expect(passes(rig)).toBe(true)
    expect(remediated).toEqual({ '1A': true, '1B': false, '1C': true, '2A': false, '2B': false })
    expect(conflicted).toEqual({ '1A': false, '1B': true, '1C': false, '2A': false, '2B': false })
    expect(passes(rig, ['bin/text-facts.mjs', 'README.md', '--json'])).toBe(true)
  }, 120_000)

  test('it holds nothing but milestones and their introduction', () => {
    expect(readdirSync(join(projectRoot, 'milestones')).sort()).toEqual(['1A.md', '1B.md', '1C.md', '2A.md', '2B.md', 'README.md'])
  })
})
