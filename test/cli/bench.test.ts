import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectRoot } from '../support/build.js'

const bench = join(projectRoot, 'bench', 'run.js')

// It reads how processes do from /proc.
describe.skipIf(process.platform !== 'linux')('the bench', () => {
  // What it measures says nothing on a machine that runs tests; that it can measure does.
  test('measures every row in its quick way, but those that fetch other programs', { timeout: 300_000 }, () => {
    const names = execFileSync(process.execPath, [bench, '--list'], { encoding: 'utf8' }).trim().split('\n')
    const { status, stdout, stderr } = spawnSync(process.execPath, [bench, '--quick'], { encoding: 'utf8' })
    expect(status, stderr + stdout).toBe(0)
    const { rows } = JSON.parse(readFileSync(join(projectRoot, 'bench', 'results', 'quick.json'), 'utf8')) as { rows: { bench: string }[] }
    expect([...new Set(rows.map((row) => row.bench))].sort()).toEqual(names.filter((name) => name !== 'peers').sort())
  })
})
