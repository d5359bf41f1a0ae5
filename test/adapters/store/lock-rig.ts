import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import ts from 'typescript'
import { onTestFinished } from 'vitest'

const root = path.resolve(import.meta.dirname, '../../..')

/** The sources as a plain Node process can run them: compiled one by one, so that no build is needed. */
export async function compileStore(into: string): Promise<string> {
  for (const folder of ['core', 'adapters/store']) {
    const source = path.join(root, 'src', folder)
    await mkdir(path.join(into, folder), { recursive: true })
    for (const name of (await readdir(source)).filter((n) => n.endsWith('.ts'))) {
      const text = await readFile(path.join(source, name), 'utf8')
      const { outputText } = ts.transpileModule(text, { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } })
      await writeFile(path.join(into, folder, name.replace(/\.ts$/, '.js')), outputText)
    }
  }
  await writeFile(path.join(into, 'package.json'), '{"type":"module"}')
  await symlink(path.join(root, 'node_modules'), path.join(into, 'node_modules'), 'junction')
  await writeFile(path.join(into, 'taker.js'), taker)
  return path.join(into, 'taker.js')
}

const taker = `
import { acquireLock } from './adapters/store/run-lock.js'
const [file, many] = process.argv.slice(2)
process.stdin.once('data', async () => {
  const request = { path: file, run: 'r', command: 'orch run', at: new Date().toISOString() }
  const taken = await Promise.all(Array.from({ length: Number(many) }, () => acquireLock(request)))
  console.log(JSON.stringify(taken.map((t) => (t.ok ? 'won' : t.error.holder))))
})
console.log('ready')
`

/** A process that tries for the lock as often as it is told, once it is told to. */
export class Taker {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  constructor(program: string, lock: string, many: number) {
    this.#child = fork(program, [lock, String(many)], { stdio: ['pipe', 'pipe', 'inherit', 'ipc'], execArgv: [] })
    if (this.#child.stdout === null) throw new Error('no output')
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]()
    onTestFinished(() => void this.#child.kill('SIGKILL'))
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  async ready(): Promise<void> {
    await this.#lines.next()
  }

  /** `won`, or who holds it, for each try. */
  async take(): Promise<string[]> {
    this.#child.stdin?.write('go\n')
    const line = await this.#lines.next()
    return JSON.parse(String(line.value)) as string[]
  }

  async die(): Promise<void> {
    this.#child.kill('SIGKILL')
    await once(this.#child, 'exit')
  }
}
