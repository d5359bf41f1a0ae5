import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectRoot } from '../support/build.js'
import { Rig } from '../support/rig.js'

const milestone = '# Milestone 1A - Work\n## Tasks\n1. Do it\n## Exit Criteria\n- It is done\n'

/** What `npm pack` would send out, unpacked in a folder with no package beside it. */
function unpacked(rig: Rig): string {
  const folder = join(rig.root, 'installed')
  const listed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: projectRoot,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  const [{ files }] = JSON.parse(listed) as [{ files: { path: string }[] }]
  for (const { path } of files) cpSync(join(projectRoot, path), join(folder, path))
  return folder
}

const plan = (rig: Rig, folder: string): string => rig.node(join(folder, 'bin', 'run.js'), 'run', '--dry-run')

describe('the package', () => {
  test('runs by what is in it alone, and a whole run with the built-in stand-in too', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone } })
    const orch = join(unpacked(rig), 'bin', 'run.js')
    expect(rig.node(orch, 'run', '--rehearse')).toContain('1 of 1 task merged')
    expect(rig.node(orch, 'status')).toContain('1A')
    expect(rig.node(orch, '--help')).toContain('carry the plan out')
  })

  test('holds the licence of every package whose code is in the programs', async () => {
    const text = readFileSync(join(projectRoot, 'dist', 'licences.txt'), 'utf8')
    const { dependencies } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { dependencies: object }
    for (const name of Object.keys(dependencies)) expect(text).toMatch(new RegExp(`^${name} \\d+\\..*, (MIT|ISC)$`, 'm'))
  })

  test('starts without its compiled code, and with one that this Node cannot take', async () => {
    await using rig = Rig.create({ milestones: { '1A': milestone }, config: null })
    const folder = unpacked(rig)
    const usual = plan(rig, folder)
    const code = join(folder, 'dist', 'orch.code')
    cpSync(join(folder, 'dist', 'understudy.code'), code)
    expect(plan(rig, folder)).toBe(usual)
    rmSync(code)
    expect(plan(rig, folder)).toBe(usual)
  })

  test('says what to type where it is not built', async () => {
    await using rig = Rig.create()
    const folder = unpacked(rig)
    rmSync(join(folder, 'dist', 'oclif.manifest.json'))
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(folder, 'bin', 'run.js'), 'status'], {
      cwd: rig.repo,
      encoding: 'utf8',
    })
    expect({ status, stdout }).toEqual({ status: 5, stdout: '' })
    expect(stderr).toMatch(/^Error: orch is not built.*dist\n {2}npm install && npm run build/)
  })

  test('knows a command by each file of src/commands', () => {
    const { commands } = JSON.parse(readFileSync(join(projectRoot, 'dist', 'oclif.manifest.json'), 'utf8')) as { commands: object }
    const files = readdirSync(join(projectRoot, 'src', 'commands'), { recursive: true, encoding: 'utf8' })
    const ids = files
      .filter((file) => file.endsWith('.ts') && !file.startsWith('orch-'))
      .map((file) => file.slice(0, -3).replace(/[\\/]/, ':'))
    expect(Object.keys(commands).sort()).toEqual(ids.sort())
  })
})
