import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { milestoneText } from '../support/milestone-text.js'
import { Rig } from '../support/rig.js'

const program = process.platform === 'darwin' ? 'caffeinate' : 'systemd-inhibit'

/** A repository whose run keeps the machine awake, and a folder of programs that takes the place of the machine's. */
function awakeRig(body: (root: string) => string): { rig: Rig; bin: string } {
  const rig = Rig.create({ milestones: { '1A': milestoneText('1A') } })
  rig.configure({ agent: { command: rig.puppet(body(rig.root)) }, execution: { keepAwake: true }, review: { enabled: false } })
  rig.commit()
  const bin = join(rig.root, 'bin')
  mkdirSync(bin)
  for (const name of ['git', 'sh', 'sleep']) symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(bin, name))
  symlinkSync(process.execPath, join(bin, 'node'))
  return { rig, bin }
}

const workOn = `scene.write('a.txt', 'x')\nscene.done()`

describe.skipIf(process.platform === 'win32')('execution.keepAwake', () => {
  it('holds the machine awake for as long as the run is carried out, and not longer', async () => {
    const { rig, bin } = awakeRig((root) => {
      const file = JSON.stringify(join(root, 'awake'))
      return `
        const { existsSync, readFileSync } = await import('node:fs')
        while (!existsSync(${file})) await new Promise((r) => setTimeout(r, 50))
        process.kill(Number(readFileSync(${file}, 'utf8').split(' ')[0]), 0)
        ${workOn}`
    })
    await using _ = rig
    const file = join(rig.root, 'awake')
    writeFileSync(join(bin, program), `#!/bin/sh\necho "$$ $@" > ${file}.new && mv ${file}.new ${file}\nwhile :; do sleep 0.1; done\n`)
    chmodSync(join(bin, program), 0o755)
    symlinkSync(execFileSync('which', ['mv'], { encoding: 'utf8' }).trim(), join(bin, 'mv'))
    const running = rig.start(['run'], { env: { PATH: bin } })
    expect(await running.ended).toMatchObject({ exitCode: 0 })
    // It ends by itself when orch is gone without a word.
    expect(readFileSync(file, 'utf8')).toContain(String(running.pid))
    expect(rig.processes()).toEqual([])
  })

  it('without a program for it says so once, and the run goes on', async () => {
    const { rig, bin } = awakeRig(() => workOn)
    await using _ = rig
    const ended = await rig.orch(['run'], { env: { PATH: bin } })
    expect(ended).toMatchObject({ exitCode: 0 })
    expect(ended.stderr.match(/The machine may fall asleep/g)).toHaveLength(1)
    expect(ended.stderr).toContain(program)
    expect(existsSync(join(rig.repo, 'a.txt'))).toBe(true)
  })
})
