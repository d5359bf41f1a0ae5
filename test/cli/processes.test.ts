import { spawn } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Rig } from '../support/rig.js'
import { until } from '../support/until.js'

const milestones = { '1A': '# Milestone 1A - Work\n## Tasks\n1. Do it\n' }

/** Leaves its group by setsid and its parent by a second fork, heeds no SIGTERM, and writes its number into a file. */
const runaway = (rig: Rig): string => `
  const { spawn } = await import('node:child_process')
  const { existsSync } = await import('node:fs')
  const stubborn = 'trap "" TERM INT HUP; echo $$ > ${rig.root}/runaway; while :; do sleep 1; done'
  spawn('setsid', ['sh', '-c', '(sh -c \\'' + stubborn + '\\' &)'], { stdio: 'ignore', detached: true }).unref()
  while (!existsSync('${rig.root}/runaway')) await new Promise((resolve) => setTimeout(resolve, 20))
`

const runawayOf = (rig: Rig): number => Number(readFileSync(join(rig.root, 'runaway'), 'utf8'))

/** A person's own program of the same name, started as any terminal would. */
function decoyIn(rig: Rig) {
  const file = join(rig.root, 'claude')
  copyFileSync('/bin/sleep', file)
  chmodSync(file, 0o755)
  return spawn(file, ['1000'], { stdio: 'ignore', env: { PATH: process.env['PATH'] } })
}

describe.runIf(process.platform === 'linux')('what a session started', () => {
  it.each([
    { what: 'ends well', after: "scene.write('1A.txt', 'x')", exitCode: 0 },
    { what: 'dies', after: "process.kill(process.pid, 'SIGKILL')", exitCode: 1 },
    { what: 'says nothing more', after: 'await new Promise(() => setInterval(() => {}, 1000))', exitCode: 4 },
    {
      what: 'prints its result and does not leave',
      after: "scene.write('1A.txt', 'x'); scene.done(); await new Promise(() => setInterval(() => {}, 1000))",
      exitCode: 0,
    },
  ])('is gone once the session $what, and a claude of the person lives', async ({ after, exitCode }) => {
    await using rig = Rig.create({ milestones })
    const agent = rig.puppet(`if (scene.step === 'review') return scene.review()\n${runaway(rig)}\n${after}`)
    rig.configure({ agent: { command: agent }, execution: { retries: 0 }, health: { stuckAfter: '10s', killGrace: '500ms' } })
    rig.commit()
    const decoy = decoyIn(rig)
    try {
      expect(await rig.orch(['run'])).toMatchObject({ exitCode })
      expect(runawayOf(rig)).toBeGreaterThan(0)
      expect(rig.processes()).toEqual([])
      expect(decoy.exitCode ?? decoy.signalCode).toBeNull()
    } finally {
      decoy.kill('SIGKILL')
    }
  })

  it.each([
    ['stop', '--now'],
    ['kill', 'stop'],
    ['kill', 'resume'],
  ])('is found and ended by: %s, %s', async (...how) => {
    await using rig = Rig.create({ milestones })
    rig.configure({
      agent: {
        command: rig.puppet(`
          if (scene.step === 'review') return scene.review()
          const { existsSync } = await import('node:fs')
          if (existsSync('${rig.root}/runaway')) return scene.write('1A.txt', 'x')
          ${runaway(rig).replace("const { existsSync } = await import('node:fs')", '')}
          await new Promise(() => setInterval(() => {}, 1000))
        `),
      },
    })
    rig.commit()
    const decoy = decoyIn(rig)
    try {
      const running = rig.start(['run'])
      await until(() => existsSync(join(rig.root, 'runaway')) && rig.processes().includes(runawayOf(rig)))
      if (how[0] === 'kill') running.kill('SIGKILL')
      if (how[0] === 'kill') await running.ended
      expect(await rig.orch(how.filter((word) => word !== 'kill'))).toMatchObject({ exitCode: 0 })
      await running.ended
      expect(rig.processes()).toEqual([])
      expect(decoy.exitCode ?? decoy.signalCode).toBeNull()
    } finally {
      decoy.kill('SIGKILL')
    }
  })
})

describe.runIf(process.platform === 'linux')('what a session prints', () => {
  const mebibyte = 2 ** 20
  /** The most that orch itself ever held, as the system counted it. */
  const peakOf = (pid: number): number => {
    try {
      return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024
    } catch {
      return 0
    }
  }

  it.each([
    { what: 'a line of 1 GB', print: "for (let i = 0; i < 1024; i++) await put(Buffer.alloc(2 ** 20, 'a')); await put('\\n')" },
    {
      what: 'binary noise',
      print:
        "const { randomBytes } = await import('node:crypto'); for (let i = 0; i < 64; i++) await put(randomBytes(2 ** 20)); await put('\\n')",
    },
    {
      what: 'half a line of JSON, then nothing',
      print: `await put('{"type":"assistant","message":{"con'); if (!scene.resumed) process.kill(process.pid, 'SIGKILL'); await put('\\n')`,
    },
  ])('is survived, with little memory: $what', async ({ print }) => {
    await using rig = Rig.create({ milestones })
    rig.configure({
      agent: {
        command: rig.puppet(`
          if (scene.step === 'review') return scene.review()
          const put = (data) => new Promise((resolve) => process.stdout.write(data, resolve))
          ${print}
          scene.write('1A.txt', 'x')
        `),
      },
    })
    rig.commit()
    const running = rig.start(['run'])
    let peak = 0
    const watch = setInterval(() => {
      peak = Math.max(peak, peakOf(running.pid))
    }, 50)
    expect(await running.ended).toMatchObject({ exitCode: 0 })
    clearInterval(watch)
    expect(peak).toBeGreaterThan(0)
    expect(peak).toBeLessThan(400 * mebibyte)
  })
})
