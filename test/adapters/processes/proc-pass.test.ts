import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setImmediate as immediate } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import { type Pass, ProcPasses } from '../../../src/adapters/processes/proc-pass.js'

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
