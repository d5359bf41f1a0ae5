import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { milestoneText } from '../support/milestone-text.js'
import { Rig } from '../support/rig.js'
import { until } from '../support/until.js'

/** Says to the diary when it starts and before it answers; the first session of all meets a limit. */
const puppet = (diary: string, name: string): string => `
  const { appendFileSync, existsSync } = await import('node:fs')
  const diary = ${JSON.stringify(diary)}
  const isFirst = !existsSync(diary)
  appendFileSync(diary, '${name} starts\\n')
  if (isFirst) return scene.limit(20000)
  // Long enough for another one to come in between, if it could.
  await new Promise((r) => setTimeout(r, 3000))
  appendFileSync(diary, '${name} answers\\n')
  scene.write('${name}.txt', 'x')
  scene.done()`

describe('two runs at once on one account, in two repositories', () => {
  it('when one meets a limit the other starts nothing, and when it lifts one of them tries first', async () => {
    const rigs = ['one', 'two'].map(() => Rig.create({ milestones: { '1A': milestoneText('1A') } }))
    const [one, two] = rigs as [Rig, Rig]
    await using _one = one
    await using _two = two
    const diary = join(one.root, 'diary')
    for (const [rig, name] of [
      [one, 'one'],
      [two, 'two'],
    ] as const) {
      rig.configure({ agent: { command: rig.puppet(puppet(diary, name)) }, review: { enabled: false } })
      rig.commit()
    }
    const env = { HOME: one.env['HOME'] ?? '' }
    const first = one.start(['run'], { env })
    await until(() => one.facts().some((f) => f.type === 'limit-hit'))
    const second = two.start(['run'], { env })
    await second.waitFor(/limit/)
    expect(two.facts().filter((f) => f.type === 'attempt-started')).toEqual([])
    expect((await two.statusJson()).wait).toMatchObject({ reason: 'limit' })
    expect(await first.ended).toMatchObject({ exitCode: 0 })
    expect(await second.ended).toMatchObject({ exitCode: 0 })
    const said = readFileSync(diary, 'utf8').trim().split('\n')
    const [begun, tries, answers, ...rest] = said
    expect(begun).toBe('one starts')
    expect(answers).toBe(tries?.replace('starts', 'answers'))
    expect(rest).toHaveLength(2)
    // What was interrupted went on in its own conversation.
    expect(one.facts().filter((f) => f.type === 'attempt-started')).toMatchObject([{ resumes: false }, { resumes: true }])
  })
})
