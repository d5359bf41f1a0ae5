import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { milestoneFolder } from '../../../src/adapters/files/milestone-files.js'
import { planRun } from '../../../src/core/plan.js'

let root: string

beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'orch-milestones-'))
})
afterEach(() => rm(root, { recursive: true }))

async function write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true })
    await writeFile(path.join(root, name), text)
  }
}

const folder = (dir = 'milestones') => milestoneFolder({ root, dir })

async function told(dir?: string): Promise<string[]> {
  const read = await folder(dir).read()
  return read.ok ? [] : read.error.map((p) => `${p.file}:${p.line}:${p.column} ${p.message} | ${p.hint}`)
}

describe('the milestone folder', () => {
  test('gives its milestones in reading order, with the hash of their text', async () => {
    const text = '\uFEFFFirst.\r\n'
    await write({ 'milestones/10A.md': 'x', 'milestones/2AA.md': 'x', 'milestones/2B-slug.md': 'x', 'milestones/1A.md': text })
    const read = await folder().read()
    if (!read.ok) throw new Error(JSON.stringify(read.error))
    expect(read.value.map((m) => m.file)).toEqual(['milestones/1A.md', 'milestones/2B-slug.md', 'milestones/2AA.md', 'milestones/10A.md'])
    expect(read.value[0]).toMatchObject({ text, hash: createHash('sha256').update(text).digest('hex') })
  })

  test('leaves alone what is no milestone', async () => {
    await write({ 'm/1A.md': 'x', 'm/README.md': 'x', 'm/_notes.md': 'x', 'm/.#1A.md': 'x', 'm/data.txt': 'x', 'm/1B.md/inner.md': 'x' })
    expect(await told('m')).toEqual([])
    await write({ '1A.md': 'x' })
    expect(await told('.')).toEqual([])
  })

  test('reports the problems of all files at once', async () => {
    await write({
      'm/1A.md': 'x',
      'm/1A-again.md': 'x',
      'm/1b.md': 'x',
      'm/milestone 2.md': 'x',
      'm/notes.md': 'x',
      'm/3A.md': '---\ntitel: x\n---\n',
      'm/3B.md': Uint8Array.of(0x61, 0xff),
    })
    expect(await told('m')).toEqual([
      'm/1A.md:1:1 m/1A.md and m/1A-again.md are both milestone 1A | Give one of them another letter',
      'm/1b.md:1:1 1b.md is no name for a milestone | Rename it to 1B.md, or to _1b.md to have it ignored',
      'm/3A.md:2:1 the front matter has no key "titel" | Did you mean title?',
      'm/3A.md:3:4 there is nothing to do in this file | Write what is to be done under ## Description or ## Tasks; a file that begins with _ is ignored',
      'm/3B.md:1:1 the file is not UTF-8 | Save it as plain UTF-8 text that you may read',
      'm/milestone 2.md:1:1 milestone 2.md is no name for a milestone | Rename it to 2A.md, or to _milestone 2.md to have it ignored',
      'm/notes.md:1:1 notes.md is no name for a milestone | Rename it to 1A-notes.md, or to _notes.md to have it ignored',
    ])
  })

  test('that is missing, empty or a file is a problem with a way out', async () => {
    await write({ file: 'x', 'empty/README.md': 'x' })
    expect(await told('none')).toEqual(['none:0:0 the milestone folder none does not exist | Make it, with an example: orch init'])
    expect(await told('file')).toEqual(['file:0:0 the milestone folder file is no folder | Make it, with an example: orch init'])
    expect(await told('empty')).toEqual(['empty:0:0 there is no milestone in empty | Write the first one, or get an example: orch init'])
  })

  test.skipIf(process.platform === 'win32')('does not wait for a pipe, and reports a link to nowhere', async () => {
    await mkdir(path.join(root, 'm'))
    execFileSync('mkfifo', [path.join(root, 'm', '1A.md')])
    await symlink('nowhere', path.join(root, 'm', '1B.md'))
    expect(await told('m')).toEqual([
      'm/1A.md:1:1 this is no ordinary file | Save it as plain UTF-8 text that you may read',
      'm/1B.md:1:1 the file cannot be read (ENOENT) | Save it as plain UTF-8 text that you may read',
    ])
  })

  test('tells the plan where a dependency stands', async () => {
    await write({ 'm/1A.md': 'x\n\n## Dependencies\n- 1B\n- 1C\n', 'm/1B.md': 'x\n\n## Dependencies\n1A\n' })
    const source = folder('m')
    const read = await source.read()
    if (!read.ok) throw new Error(JSON.stringify(read.error))
    const plan = planRun(read.value, { stages: [], milestones: [] }, new Set(), source.locate)
    expect(plan.ok ? [] : plan.error.map((p) => `${p.file}:${p.line}:${p.column}`)).toEqual(['m/1A.md:5:3', 'm/1A.md:4:3'])
  })

  test('is read anew each time', async () => {
    await write({ 'm/1A.md': 'x' })
    const source = folder('m')
    await source.read()
    await write({ 'm/1B.md': 'y' })
    expect(await source.read()).toMatchObject({ ok: true, value: [{ id: '1A' }, { id: '1B' }] })
  })
})
