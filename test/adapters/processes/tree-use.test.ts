import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startChild } from '../../../src/adapters/processes/child.js'
import { readPsUses, treeUses } from '../../../src/adapters/processes/tree-use.js'

const path = process.env['PATH'] ?? ''

/** A child that has a child of its own, which leads its own session and eats so much memory. */
function eater(marker: string, mebibytes: number) {
  const eats = `globalThis.eaten = Buffer.alloc(${mebibytes} * 1024 * 1024, 1); setInterval(() => {}, 1000)`
  const spawns = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(eats)}], { detached: true, stdio: 'ignore' }); setInterval(() => {}, 1000)`
  const launch = { file: process.execPath, args: ['-e', spawns], shell: false, cwd: '/', env: { PATH: path }, marker, input: '' }
  return startChild({ ...launch, ladder: { interruptMs: 0, terminateMs: 1000 } }, { stdout: () => undefined, stderr: () => undefined })
}

test.runIf(process.platform === 'linux')(
  'what a session and all that it started use is added up, and the whole of it can be frozen',
  async () => {
    const marker = randomUUID()
    const uses = treeUses()
    const child = eater(marker, 80)
    const memory = async () => ((await uses())[marker]?.memory ?? 0) / 1024 ** 2
    while ((await memory()) < 80) await sleep(50)
    expect(await memory()).toBeLessThan(250)
    expect(await child.freeze()).toBe(true)
    // The signal is on its way.
    while (stateOf(child.pid) !== 'T') await sleep(10)
    await child.thaw()
    while (stateOf(child.pid) === 'T') await sleep(10)
    // One that stands frozen does not hear that it should end: it is let go first.
    expect(await child.freeze()).toBe(true)
    child.stop()
    expect(await child.ended).toMatchObject({ kind: 'exited', signal: 'SIGTERM' })
    expect((await uses())[marker]).toBeUndefined()
  },
)

const stateOf = (pid: number | undefined): string | undefined => /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]

test('ps tells the same in other words', () => {
  const text = [
    ' 10240   1:02.50 node x.mjs HOME=/h ORCH_MARKER=a/check-1 LANG=C',
    '  2048 1-00:00:01 sh -c sleep ORCH_MARKER=b',
    '  4096   0:00.10 /usr/bin/someone-elses',
  ].join('\n')
  expect(readPsUses(text)).toEqual([
    { marker: 'a/check-1', memory: 10240 * 1024, cpuSeconds: 62.5 },
    { marker: 'b', memory: 2048 * 1024, cpuSeconds: 86_401 },
  ])
})
