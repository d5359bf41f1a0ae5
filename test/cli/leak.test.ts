import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { RecordedFact } from '../../src/core/fact.js'
import { Rig } from '../support/rig.js'

const milestone = (id: string, script = '', front = ''): string =>
  `${front}# Milestone ${id} - Work ${id}\n## Tasks\n1. Do ${id}\n${script === '' ? '' : `\n\`\`\`understudy\n${script}\n\`\`\`\n`}`

const until = async (condition: () => boolean): Promise<void> => {
  while (!holds(condition)) await sleep(20)
}

/** What it looks into may not be there yet. */
function holds(condition: () => boolean): boolean {
  try {
    return condition()
  } catch {
    return false
  }
}

const ofType = <T extends RecordedFact['type']>(rig: Rig, type: T): (RecordedFact & { type: T })[] =>
  rig.facts().filter((f): f is RecordedFact & { type: T } => f.type === type)

const transcripts = (rig: Rig): string => {
  const folder = join(rig.repo, '.orch', 'runs', rig.facts()[0]?.run ?? '', 'sessions')
  return readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('')
}

const leakOf = (rig: Rig, task: string) => {
  const failed = ofType(rig, 'task-failed').find((f) => f.task === task)
  if (failed?.failure.reason !== 'leaked-outside-worktree') throw new Error(`${task} did not leak: ${JSON.stringify(failed)}`)
  return failed.failure
}

describe('a session that writes outside of its worktree', () => {
  const table: { what: string; script: (rig: Rig) => string; names: (rig: Rig) => string; patch: RegExp }[] = [
    {
      what: "a new file in the person's checkout",
      script: () => 'implement:\n  - write-outside: ../../../../leaked.txt\n    text: "from 1A\\n"',
      names: (rig) => `${rig.repo}/leaked.txt`,
      patch: /^\+from 1A$/m,
    },
    {
      what: "a file of the person's, by its absolute path",
      script: (rig) => `implement:\n  - write-outside: ${rig.repo}/README.md\n    text: "overwritten\\n"`,
      names: (rig) => `${rig.repo}/README.md`,
      patch: /^-# Rig\n\+overwritten$/m,
    },
    {
      what: 'a file outside of the repository',
      script: (rig) => `implement:\n  - write-outside: ${rig.root}/elsewhere.txt\n    text: "far out\\n"`,
      names: (rig) => `${rig.root}/elsewhere.txt`,
      patch: /^\+far out$/m,
    },
    {
      what: 'a file by a command that names it',
      script: (rig) => `implement:\n  - write: 1A.txt\n    text: x\n  - run: cd ${rig.repo} && echo more >> README.md`,
      names: (rig) => `${rig.repo}/README.md`,
      patch: /^\+more$/m,
    },
    {
      what: 'the stash',
      script: () => 'implement:\n  - write: 1A.txt\n    text: "stashed away\\n"\n  - run: git stash --include-untracked',
      names: () => 'refs/stash',
      patch: /^\+stashed away$/m,
    },
    {
      what: "the repository's config",
      script: () => 'implement:\n  - write: 1A.txt\n    text: x\n  - run: git config core.hooksPath /nowhere',
      names: (rig) => `${rig.repo}/.git/config`,
      patch: /^\+.*hooksPath = \/nowhere$/m,
    },
    {
      what: 'a hook',
      script: (rig) => `implement:\n  - write: 1A.txt\n    text: x\n  - run: sh -c 'echo exit 1 > ${rig.repo}/.git/hooks/pre-commit'`,
      names: (rig) => `${rig.repo}/.git/hooks/pre-commit`,
      patch: /^\+exit 1$/m,
    },
    {
      what: "a branch of the person's, by update-ref",
      script: () => 'implement:\n  - write: 1A.txt\n    text: x\n  - run: git update-ref refs/heads/other HEAD',
      names: () => 'refs/heads/other',
      patch: /^# refs\/heads\/other: [0-9a-f]{40} -> [0-9a-f]{40}$/m,
    },
    {
      what: "a branch of the person's, moved to the session's own commits",
      script: () =>
        `implement:\n  - write: 1A.txt\n    text: "sneaked in\\n"\n  - commit: Mine\n  - run: sh -c 'git push --quiet . HEAD:other'`,
      names: () => 'refs/heads/other',
      patch: /^\+sneaked in$/m,
    },
    {
      what: "a commit in the person's checkout",
      script: (rig) => `implement:\n  - write: 1A.txt\n    text: x\n  - run: git -C ${rig.repo} commit --quiet --allow-empty -m Theirs`,
      names: () => 'refs/heads/main',
      patch: /refs\/heads\/main/,
    },
    {
      what: 'a tag',
      script: () => 'implement:\n  - write: 1A.txt\n    text: x\n  - run: git tag v1',
      names: () => 'refs/tags/v1',
      patch: /refs\/tags\/v1/,
    },
  ]
  it.each(table)('fails, with the change named, kept and left as it is: $what', async ({ script, names, patch }) => {
    await using rig = Rig.create({ milestones: { '1B': milestone('1B') } })
    rig.commit('Second')
    rig.git('branch', 'other')
    rig.write({ 'milestones/1A.md': milestone('1A', script(rig)) })
    rig.commit('Third')
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 1 })
    const leak = leakOf(rig, '1A')
    expect(leak.files).toContain(names(rig))
    expect(leak.patch).toBe(`.orch/runs/${rig.facts()[0]?.run}/leaks/${leak.session}.patch`)
    expect(rig.read(leak.patch)).toMatch(patch)
    const { stages } = await rig.statusJson()
    expect(stages.flatMap((s) => s.tasks.map((t) => [t.id, t.state, t.attempts]))).toEqual([
      ['1A', 'failed', 1],
      ['1B', 'approved', 1],
    ])
    expect(rig.processes()).toEqual([])
  })

  it('leaves what it wrote where it is, with a patch that undoes it', async () => {
    await using rig = Rig.create()
    rig.write({ 'milestones/1A.md': milestone('1A', `implement:\n  - write-outside: ${rig.repo}/README.md\n    text: "overwritten\\n"`) })
    rig.commit()
    rig.write({ 'README.md': '# Rig\nmy own edit, not committed\n' })
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 1 })
    expect(rig.read('README.md')).toBe('overwritten\n')
    rig.git('apply', '-R', leakOf(rig, '1A').patch)
    expect(rig.read('README.md')).toBe('# Rig\nmy own edit, not committed\n')
  })

  it('keeps binary files in the patch', async () => {
    await using rig = Rig.create()
    rig.write({
      'milestones/1A.md': milestone(
        '1A',
        `implement:\n  - run: node -e "fs.writeFileSync('${rig.repo}/b.bin', Buffer.from([0, 255, 1, 254]))"`,
      ),
    })
    rig.commit()
    expect(await rig.orch(['run'])).toMatchObject({ exitCode: 1 })
    rig.git('apply', '-R', leakOf(rig, '1A').patch)
    expect(rig.has('b.bin')).toBe(false)
  })

  it('says so in plain words, with what to type next, and retry goes on', async () => {
    await using rig = Rig.create()
    rig.configure({
      agent: {
        command: rig.puppet(`
          if (scene.step === 'review') return scene.review()
          const { existsSync, writeFileSync } = await import('node:fs')
          const file = ${JSON.stringify(rig.repo)} + '/leaked.txt'
          if (!existsSync(file)) {
            scene.assistant({ type: 'tool_use', id: 'w1', name: 'Write', input: { file_path: file, content: 'x' } })
            writeFileSync(file, 'x')
          }
          scene.write('1A.txt', 'x')
        `),
      },
    })
    rig.write({ 'milestones/1A.md': milestone('1A') })
    rig.commit()
    const ended = await rig.orch(['run'])
    expect(ended).toMatchObject({ exitCode: 1 })
    expect(ended.stdout + ended.stderr).toContain('leaked.txt')
    expect(ended.stdout).toContain('orch retry 1A')
    expect(await rig.orch(['retry', '1A'])).toMatchObject({ exitCode: 0 })
    expect(rig.has('1A.txt') && rig.has('leaked.txt')).toBe(true)
  })

  it('is found out also when orch was killed while it ran', async () => {
    await using rig = Rig.create()
    rig.configure({
      agent: {
        command: rig.puppet(`
          if (scene.step === 'review') return scene.review()
          if (scene.resumed) return scene.write('1A.txt', 'x')
          const { writeFileSync } = await import('node:fs')
          const file = ${JSON.stringify(rig.repo)} + '/leaked.txt'
          scene.assistant({ type: 'tool_use', id: 'w1', name: 'Write', input: { file_path: file, content: 'x' } })
          writeFileSync(file, 'x')
          await new Promise(() => setInterval(() => {}, 1000))
        `),
      },
    })
    rig.write({ 'milestones/1A.md': milestone('1A') })
    rig.commit()
    const running = rig.start(['run'])
    await until(() => rig.has('leaked.txt') && transcripts(rig).includes('"w1"'))
    running.kill('SIGKILL')
    await running.ended
    expect(await rig.orch(['resume'])).toMatchObject({ exitCode: 1 })
    expect(leakOf(rig, '1A').files).toEqual([`${rig.repo}/leaked.txt`])
  })
})

/** A puppet's way to wait for the test. */
const awaitFile = (path: string): string => `
  const { existsSync } = await import('node:fs')
  while (!existsSync(${JSON.stringify(path)})) await new Promise((resolve) => setTimeout(resolve, 20))
`

describe('what a person does meanwhile', () => {
  const table: { what: string; act: (rig: Rig) => void; told: (rig: Rig) => readonly string[] }[] = [
    {
      what: 'edits, adds and deletes files',
      act: (rig) => {
        rig.write({ 'mine.txt': 'edited\n', 'new.txt': 'new\n' })
        rig.git('rm', '--quiet', 'gone.txt')
      },
      told: (rig) => ['gone.txt', 'mine.txt', 'new.txt'].map((name) => `${rig.repo}/${name}`),
    },
    {
      what: 'commits',
      act: (rig) => {
        rig.write({ 'mine.txt': 'committed\n' })
        rig.git('commit', '--quiet', '-am', 'Mine')
      },
      told: () => ['refs/heads/main'],
    },
    {
      what: 'changes the config and a hook',
      act: (rig) => {
        rig.git('config', 'alias.st', 'status')
        rig.write({ '.git/hooks/pre-push': 'exit 0\n' })
      },
      told: (rig) => ['config', 'hooks/pre-push'].map((name) => `${rig.repo}/.git/${name}`),
    },
    {
      what: 'stashes, tags and makes a branch',
      act: (rig) => {
        rig.write({ 'mine.txt': 'stashed\n' })
        rig.git('stash')
        rig.git('tag', 'v1')
        rig.git('branch', 'idea')
      },
      told: () => ['refs/heads/idea', 'refs/stash', 'refs/tags/v1'],
    },
  ]
  it.each(table)('fails nobody, and is told as theirs: $what', async ({ act, told }) => {
    await using rig = Rig.create({ files: { 'mine.txt': 'before\n', 'gone.txt': 'x\n' }, milestones: { '1A': milestone('1A') } })
    // The session speaks of the checkout too: reading it proves nothing.
    const command = `cat ${rig.repo}/mine.txt; ls ${rig.repo}; git status; git log main`
    rig.configure({
      agent: {
        command: rig.puppet(`
          if (scene.step === 'review') return scene.review()
          scene.assistant({ type: 'tool_use', id: 'b1', name: 'Bash', input: { command: ${JSON.stringify(command)} } })
          ${awaitFile(`${rig.root}/go`)}
          scene.write('1A.txt', 'x')
        `),
      },
    })
    rig.commit()
    const running = rig.start(['run'])
    await until(() => ofType(rig, 'attempt-started').length === 1)
    await running.waitFor(/Bash|implementing/)
    await until(() => rig.processes().length > 1)
    await sleepUntilWatched(rig)
    act(rig)
    rig.write({ '../go': '' })
    const ended = await running.ended
    expect(ended).toMatchObject({ exitCode: 0 })
    expect(
      ofType(rig, 'checkout-changed')
        .flatMap((f) => f.files)
        .sort(),
    ).toEqual(told(rig))
    expect(ofType(rig, 'checkout-changed')[0]).toMatchObject({ tasks: ['1A'] })
    expect(ended.stderr).toContain('taken for yours')
  })
})

/** The session's transcript shows that it runs, so the look before it is over. */
const sleepUntilWatched = (rig: Rig): Promise<void> => {
  const [started] = ofType(rig, 'attempt-started')
  return until(() => rig.has(`.orch/runs/${started?.run}/sessions/${started?.session}-implement.jsonl`))
}

describe("a sibling's place", () => {
  /** 1A is approved first; then the others do what they are told. */
  const puppet = (rig: Rig, body: string): string =>
    rig.puppet(`
      if (scene.step === 'review') return scene.review()
      scene.write(scene.task + '.txt', 'x')
      if (scene.task === '1A') return
      ${awaitFile(`${rig.root}/go`)}
      const { writeFileSync } = await import('node:fs')
      const { execFileSync } = await import('node:child_process')
      const sibling = process.cwd().replace(/1.$/, '1A')
      ${body}
    `)
  const table: { what: string; others: string[]; body: string; failed: Record<string, string> }[] = [
    {
      what: 'written by name: the writer',
      others: ['1B', '1C'],
      body: `if (scene.task !== '1B') return
        scene.assistant({ type: 'tool_use', id: 'w', name: 'Write', input: { file_path: sibling + '/foreign.txt' } })
        writeFileSync(sibling + '/foreign.txt', 'x')`,
      failed: { '1B': 'leaked-outside-worktree' },
    },
    {
      what: 'written unseen while one session ran: that one',
      others: ['1B'],
      body: `writeFileSync(sibling + '/foreign.txt', 'x')`,
      failed: { '1B': 'leaked-outside-worktree' },
    },
    {
      what: 'written unseen while several ran: the task whose place it is',
      others: ['1B', '1C'],
      body: `if (scene.task === '1B') writeFileSync(sibling + '/foreign.txt', 'x')`,
      failed: { '1A': 'changed-from-outside' },
    },
    {
      what: 'its branch moved by name: the mover',
      others: ['1B', '1C'],
      body: `if (scene.task !== '1B') return
        const ref = 'refs/heads/orch/' + scene.run + '/1A'
        scene.assistant({ type: 'tool_use', id: 'b', name: 'Bash', input: { command: 'git update-ref ' + ref + ' main' } })
        execFileSync('git', ['update-ref', ref, 'main'])`,
      failed: { '1B': 'leaked-outside-worktree' },
    },
    {
      what: 'a commit made there unseen: the one session that ran',
      others: ['1B'],
      body: `execFileSync('git', ['-C', sibling, 'commit', '--quiet', '--allow-empty', '-m', 'Foreign'])`,
      failed: { '1B': 'leaked-outside-worktree' },
    },
  ]
  it.each(table)('that is changed fails a task, and the others end as usual: $what', async ({ others, body, failed }) => {
    const ids = ['1A', ...others]
    await using rig = Rig.create({ milestones: Object.fromEntries(ids.map((id) => [id, milestone(id)])) })
    rig.configure({ agent: { command: puppet(rig, body) } })
    rig.commit()
    const running = rig.start(['run', '--concurrency', '3'])
    await until(() => ofType(rig, 'task-approved').length === 1 && ofType(rig, 'attempt-started').length === ids.length)
    rig.write({ '../go': '' })
    expect(await running.ended).toMatchObject({ exitCode: 1 })
    const reasons = ofType(rig, 'task-failed').map((f) => [f.task, f.failure.reason])
    expect(Object.fromEntries(reasons)).toEqual(failed)
    for (const { failure } of ofType(rig, 'task-failed'))
      if ('patch' in failure) expect(rig.read(failure.patch)).toMatch(/foreign|refs\/heads/)
  })
})

it('a branch that a session makes in its own worktree is its own affair', async () => {
  await using rig = Rig.create()
  rig.write({
    'milestones/1A.md': milestone(
      '1A',
      'implement:\n  - run: git checkout --quiet -b fix\n  - write: 1A.txt\n    text: x\n  - commit: Fix it',
    ),
  })
  rig.commit()
  expect(await rig.orch(['run'])).toMatchObject({ exitCode: 0 })
  expect(rig.has('1A.txt')).toBe(true)
})
