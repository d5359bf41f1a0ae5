import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What was asked of it. */
export interface AskedOfGitHub {
  readonly method: string
  readonly path: string
  readonly authorization: string | undefined
  readonly body: Record<string, unknown>
}

export interface FakePull {
  readonly number: number
  readonly head: string
  readonly base: string
  readonly title: string
  readonly body: string
  readonly draft: boolean
}

interface CheckRun {
  readonly name: string
  readonly status: string
  readonly conclusion: string | null
}

/** As much of GitHub's REST interface as pull requests need, on loopback; one repository, `acme/thing`. */
export class FakeGitHub implements AsyncDisposable {
  readonly asked: AskedOfGitHub[] = []
  readonly pulls: FakePull[] = []
  /** What each look at the checks of a commit finds, one after the other; the last one stays. */
  checks: CheckRun[][] = [[]]
  /** The names that the base branch's protection demands. */
  required: string[] = []
  /** Everything is refused with this status; null: nothing is. */
  refuses: number | null = null
  readonly #server: Server

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request).then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json' })
        response.end(JSON.stringify(body))
      })
    })
  }

  static async start(): Promise<FakeGitHub> {
    const fake = new FakeGitHub()
    await new Promise<void>((resolve) => fake.#server.listen(0, '127.0.0.1', resolve))
    return fake
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #answer(request: IncomingMessage): Promise<readonly [number, unknown]> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const text = Buffer.concat(chunks).toString('utf8')
    const body = (text === '' ? {} : JSON.parse(text)) as Record<string, unknown>
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url)
    const method = request.method ?? ''
    this.asked.push({ method, path: pathname, authorization: request.headers.authorization, body })
    if (this.refuses !== null) return [this.refuses, { message: 'Bad credentials' }]
    const rest = pathname.replace('/repos/acme/thing/', '')
    if (rest === 'pulls' && method === 'GET') return [200, this.#open(searchParams.get('head') ?? '').map((pull) => this.#shown(pull))]
    if (rest === 'pulls' && method === 'POST') return [201, this.#create(body as unknown as FakePull)]
    if (rest.startsWith('pulls/') && method === 'PATCH') return [200, this.#update(Number(rest.slice(6)), body)]
    if (rest.endsWith('/check-runs')) return [200, { check_runs: (this.checks.length > 1 ? this.checks.shift() : this.checks[0]) ?? [] }]
    if (rest.endsWith('/status')) return [200, { statuses: [] }]
    if (rest.startsWith('branches/')) return [200, { protection: { required_status_checks: { contexts: this.required } } }]
    if (rest.startsWith('rules/')) return [200, []]
    return [404, { message: 'Not Found' }]
  }

  #open(head: string): FakePull[] {
    return this.pulls.filter((pull) => `acme:${pull.head}` === head)
  }

  #shown({ number }: FakePull) {
    return { number, html_url: `https://github.com/acme/thing/pull/${number}` }
  }

  #create({ head, base, title, body, draft }: FakePull) {
    const pull = { number: this.pulls.length + 1, head, base, title, body, draft }
    this.pulls.push(pull)
    return this.#shown(pull)
  }

  #update(number: number, change: Record<string, unknown>) {
    const at = this.pulls.findIndex((pull) => pull.number === number)
    const pull = { ...this.pulls[at], ...change } as FakePull
    this.pulls[at] = pull
    return this.#shown(pull)
  }
}
