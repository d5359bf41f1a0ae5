/** What the fake is told to do; the whole grammar stands at the top of `fake-api.mjs`. */
export interface Scenario {
  readonly headers?: Readonly<Record<string, string>>
  readonly usage?: Readonly<Record<string, number>>
  readonly steps?: readonly Reply[]
  readonly afterLast?: 'repeat' | 'end'
  readonly rules?: readonly { readonly when?: Readonly<Record<string, unknown>>; readonly times?: number; readonly reply: Reply }[]
  readonly aux?: Reply | null
  readonly lanes?: Readonly<Record<string, Scenario>>
}

export type Reply = string | Readonly<Record<string, unknown>>

export interface FakeRequest {
  readonly method: string
  readonly path: string
  readonly lane: string
  readonly session: string
  readonly model: string
  readonly by?: string
  readonly answered?: number | string
  /** Only with `bodies`. */
  readonly body?: unknown
}

export interface FakeApi {
  readonly port: number
  readonly url: string
  readonly requests: readonly FakeRequest[]
  readonly counters: Readonly<Record<string, number>>
  load(scenario: Scenario): void
  reset(): void
  close(): Promise<void>
}

export function startFakeApi(options?: {
  readonly scenario?: Scenario
  readonly port?: number
  readonly log?: string | null
  readonly bodies?: boolean
  readonly onRequest?: (request: FakeRequest) => void
}): Promise<FakeApi>
