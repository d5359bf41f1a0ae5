import { mkdir, readdir, stat, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { RunInbox } from '../../../src/adapters/store/inbox.js'
import { inside } from '../../../src/adapters/store/run-paths.js'
import { RunRecords } from '../../../src/adapters/store/run-records.js'
import type { MilestoneId } from '../../../src/core/milestone.js'
import { tempFolder, tempRun } from './rig.js'

const posix = test.skipIf(process.platform === 'win32')

describe("a run's records", () => {
  test('are read as they were written; one that is not there is null', async () => {
    const records = new RunRecords(await tempRun())
    await records.write('prompts/1A/1-implement.md', 'Grüße\n')
    await records.write('prompts/1A/1-implement.md', 'again\n')
    expect(await records.read('prompts/1A/1-implement.md')).toBe('again\n')
    expect(await records.read('prompts/1A/2-implement.md')).toBeNull()
    expect(await records.read('prompts/1A/1-implement.md/x')).toBeNull()
  })

  posix('are for the owner only', async () => {
    const folder = await tempRun()
    await new RunRecords(folder).write('reviews/1A.md', 'x')
    const modes = await Promise.all(['', 'reviews', 'reviews/1A.md'].map(async (p) => (await stat(path.join(folder, p))).mode & 0o777))
    expect(modes).toEqual([0o700, 0o700, 0o600])
  })

  test.each(['../x', 'a/../../x', '/etc/passwd', '.', '', 'a/..', 'x\0y'])('never lead out of their folder: %j', async (name) => {
    const folder = await tempRun()
    const records = new RunRecords(folder)
    expect(() => inside(folder, name)).toThrow('Internal error')
    await expect(records.write(name, 'x')).rejects.toThrow('Internal error')
    await expect(records.read(name)).rejects.toThrow('Internal error')
  })

  posix('never follow a link that was laid in their way', async () => {
    const folder = await tempRun()
    const elsewhere = await tempFolder()
    await writeFile(path.join(elsewhere, 'secret'), 'secret')
    await mkdir(folder, { recursive: true })
    await symlink(elsewhere, path.join(folder, 'prompts'))
    await symlink(path.join(elsewhere, 'secret'), path.join(folder, 'diff'))
    const records = new RunRecords(folder)
    for (const name of ['prompts/secret', 'prompts/new', 'diff']) {
      await expect(records.write(name, 'x')).rejects.toThrow('symbolic link')
      await expect(records.read(name)).rejects.toThrow('symbolic link')
    }
    expect(await readdir(elsewhere)).toEqual(['secret'])
  })
})

describe('the inbox', () => {
  test('a task is approved once somebody says so, in any process, as often as they like', async () => {
    const folder = await tempRun()
    const id = '1A' as MilestoneId
    expect(await new RunInbox(folder).approvalOf(id)).toBe(null)
    await new RunInbox(folder).approve(id, null)
    expect(await new RunInbox(folder).approvalOf(id)).toEqual({ note: null })
    await new RunInbox(folder).approve(id, 'tried on a copy')
    expect(await new RunInbox(folder).approvalOf(id)).toEqual({ note: 'tried on a copy' })
    expect(await new RunInbox(folder).approvalOf('1B' as MilestoneId)).toBe(null)
  })
})
