import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setImmediate as immediate } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { type Pass, ProcPasses } from '../../../src/adapters/processes/proc-pass.js'
import { until } from '../../support/until.js'

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL')
})

const variable = 'ORCH_TEST_PASS'

async function shell(marker: string | null, command: string): Promise<ChildProcess> {
  const env = { PATH: process.env['PATH'], ...(marker === null ? {} : { [variable]: marker }) }
  const child = spawn('/bin/sh', ['-c', command], { env, stdio: ['pipe', 'pipe', 'ignore'] })
  started.push(child)
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  return child
}

/** By the system call of that number (x86-64): Perl's own way ends all threads. */
const firstThreadEnds = '$| = 1; threads->create(sub { print "ready"; sleep 1000 }); syscall(60, 0)'
const hasThreads = process.arch === 'x64' && spawnSync('perl', ['-Mthreads', '-e', '1']).status === 0

const hasEnded = (pid: number | string | undefined): boolean => readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')

const carriersOf = (pass: Pass, marker: string): readonly number[] =>
  pass.found.filter(({ environment }) => environment.includes(`${variable}=${marker}\0`)).map(({ pid }) => pid)

/** So that nothing else on the machine decides what a pass can be certain of. */
async function certainPass(passes: ProcPasses): Promise<Pass> {
  let pass = await passes.next()
  while (pass.certainty === 'torn') {
    // A pass over known processes waits for nothing, and what has ended is taken note of only in between.
    await immediate()
    pass = await passes.next()
  }
  return pass
}

describe.runIf(process.platform === 'linux')('a pass over all processes', () => {
  test('shows each that carries the variable, whenever it was made', async () => {
    const passes = new ProcPasses(variable)
    const marker = crypto.randomUUID()
    expect(carriersOf(await passes.next(), marker)).toEqual([])
    const first = await shell(marker, 'echo ready; read line')
    expect(carriersOf(await certainPass(passes), marker)).toEqual([first.pid])
    const second = await shell(marker, 'echo ready; read line')
    expect(carriersOf(await certainPass(passes), marker).toSorted()).toEqual([first.pid, second.pid].toSorted())
    first.kill('SIGKILL')
    await once(first, 'exit')
    expect(carriersOf(await certainPass(passes), marker)).toEqual([second.pid])
  })

  test('shows one that was seen without the variable and then began a program that carries it', async () => {
    const passes = new ProcPasses(variable)
    const marker = crypto.randomUUID()
    const child = await shell(null, `echo ready; read line; exec env ${variable}=${marker} /bin/sh -c 'echo again; read line'`)
    expect(carriersOf(await certainPass(passes), marker)).toEqual([])
    child.stdin?.write('go\n')
    await once(child.stdout as NodeJS.ReadableStream, 'data')
    expect(carriersOf(await certainPass(passes), marker)).toEqual([child.pid])
  })

  test('is not certain when it meets one that has ended since, which may have left another one, until it has met it before', async () => {
    const passes = new ProcPasses(variable)
    await certainPass(passes)
    // Nobody takes note of its child's end: it stays listed.
    const parent = await shell(null, 'echo ready & exec sleep 1000')
    const child = readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8').trim()
    await until(() => hasEnded(child))
    expect((await passes.next()).certainty).toBe('torn')
    await certainPass(passes)
  })

  test.runIf(hasThreads)('shows one whose first thread has ended while others go on', async () => {
    const passes = new ProcPasses(variable)
    const marker = crypto.randomUUID()
    const child = await shell(marker, `exec perl -Mthreads -e '${firstThreadEnds}'`)
    await until(() => hasEnded(child.pid))
    expect(carriersOf(await certainPass(passes), marker)).toEqual([child.pid])
  })

  test('tells what ended while it was looking, and is never certain then', async () => {
    const passes = new ProcPasses(variable)
    const marker = crypto.randomUUID()
    // Each lives for a moment only and leaves the next: whoever is certain that there is none has missed one.
    const chain = `n=0; while [ $n -lt 200 ]; do ( : ); n=$((n+1)); done; echo ready; read line`
    const child = spawn('/bin/sh', ['-c', chain], {
      env: { PATH: process.env['PATH'], [variable]: marker },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    started.push(child)
    let isOver = false
    void once(child.stdout as NodeJS.ReadableStream, 'data').then(() => {
      isOver = true
    })
    while (!isOver) {
      await immediate()
      const pass = await passes.next()
      if (pass.certainty === 'still') expect(carriersOf(pass, marker)).toContain(child.pid)
    }
    expect(carriersOf(await certainPass(passes), marker)).toEqual([child.pid])
  })
})
