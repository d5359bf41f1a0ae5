import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Rig } from '../support/rig.js'

const milestone = (criteria: readonly string[]) =>
  `# Milestone 1A - A file\n## Tasks\n1. Write it\n## Exit Criteria\n${criteria.map((c) => `- ${c}\n`).join('')}`

/** One try to implement, then a review with the given criterion in each round; a remediation changes something. */
const reviewing = (rounds: readonly object[]) => `
  const rounds = ${JSON.stringify(rounds)}
  if (scene.step === 'review') {
    const { execFileSync } = await import('node:child_process')
    const head = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim()
    const named = JSON.parse(JSON.stringify(rounds[Math.min(scene.number, rounds.length) - 1]).replaceAll('HEAD', head))
    return scene.review({ criteria: [{ n: 2, met: true, evidence: 'round ' + scene.number, file: null, line: null, ...named }] })
  }
  scene.write('a.txt', 'one\\ntwo ' + scene.number + '\\n')
  scene.done()`

const criteria = ['`printf "ok 1 - writes two lines\\nok 2 - skipped one # SKIP\\n"`', 'It has two lines']

const rigWith = (rounds: readonly object[], config: object = {}): Rig => {
  const rig = Rig.create({ milestones: { '1A': milestone(criteria) } })
  rig.configure({ agent: { command: rig.puppet(reviewing(rounds)) }, ...config })
  rig.commit()
  return rig
}

const promptsOf = (rig: Rig): Readonly<Record<string, string>> => {
  const runs = join(rig.repo, '.orch', 'runs')
  const folder = join(runs, readdirSync(runs).sort().at(-1) ?? '', 'prompts')
  return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

describe('the evidence of an exit criterion', () => {
  it('is looked up, and stands in TASKS.md, in the merge commit and in the facts', async () => {
    await using rig = rigWith([{ file: 'a.txt', line: 2, test: 'writes two lines', commit: 'HEAD' }])
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    const judged = rig.facts().find((f) => f.type === 'review-given')
    const commit = judged?.type === 'review-given' ? judged.commit : ''
    expect(judged).toMatchObject({
      verdict: {
        approved: true,
        criteria: [
          { n: 2, met: true, shown: [{ kind: 'place', file: 'a.txt', line: 2, commit }, { kind: 'test' }, { kind: 'commit', commit }] },
        ],
      },
    })
    const told = `a.txt:2 at ${commit.slice(0, 12)}, test "writes two lines" in printf`
    expect(rig.read('TASKS.md')).toContain(`- [x] It has two lines — ${told}`)
    const message = rig.git('log', '--merges', '-1', '--format=%B', '--grep=Orch-Task: 1A')
    expect(message).toContain(`- It has two lines\n  ${told}`)
    expect(message).toMatch(/exit status 0 after \d+\.\d s, output sha256 [0-9a-f]{12}/)
  })

  it('that is only a statement counts, and is marked as such', async () => {
    await using rig = rigWith([{}])
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    expect(rig.read('TASKS.md')).toContain("- [x] It has two lines — the reviewer's words only: round 1")
  })

  it('that is false holds the work back, whoever mends it is told why, and true evidence lets it pass', async () => {
    await using rig = rigWith([
      { file: 'a.txt', line: 90 },
      { file: 'a.txt', line: 1 },
    ])
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
    const told = 'names a.txt:90, which has 2 lines'
    const remediation = Object.entries(promptsOf(rig)).find(([name]) => name.endsWith('-remediate.md'))?.[1]
    expect(remediation).toContain(`Criterion 2: the review holds it for met, but ${told}`)
    expect((await rig.orch(['logs', '1A'])).stdout).toContain(`criterion 2 is not met: ${told}; the review says: round 1`)
    expect(
      rig
        .facts()
        .filter((f) => f.type === 'review-given')
        .map((f) => f.verdict.approved),
    ).toEqual([false, true])
  })

  it.each<[what: string, named: object, why: string]>([
    ['a file that is not there', { file: 'b.txt' }, 'names b.txt, which is not there'],
    ['a file that only the worktree holds', { file: '.git' }, 'names .git, which is not there'],
    ['a test that was skipped', { test: 'skipped one' }, 'names the test "skipped one"'],
    ['a commit that is not there', { commit: '0123456789' }, 'names the commit 0123456789'],
    ['a commit that is an option of git', { commit: '--all' }, 'names the commit --all'],
    ['no word at all', { evidence: ' ' }, 'the review gave no evidence'],
  ])('that names %s never approves', async (_, named, why) => {
    await using rig = rigWith([named], { review: { maxRounds: 1 } })
    const tip = rig.git('rev-parse', 'main')
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 4 })
    expect(rig.git('rev-parse', 'main')).toBe(tip)
    expect((await rig.orch(['logs', '1A'])).stdout).toContain(`criterion 2 is not met: ${why}`)
  })
})
