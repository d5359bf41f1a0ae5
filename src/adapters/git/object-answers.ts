/** What `git cat-file` says of one object. */
export interface FoundObject {
  readonly id: string
  readonly type: 'commit' | 'tree' | 'blob' | 'tag'
  /** Empty when only the id was asked for. */
  readonly content: Buffer
}

/** One question to `git cat-file --batch-command`, and how its answer is to be read. */
export interface ObjectQuestion {
  /** Anything that git takes for an object's name. Never with a line end in it. */
  readonly name: string
  readonly wants: 'id' | 'content'
}

/** Null: git found nothing that it could tell of. `foreign`: this is no answer to the question. */
export type ObjectAnswer = FoundObject | null | 'foreign'

/** Of more, no text can be made; an ordinary git process fails over it in an ordinary way. */
const mostBytes = 256 * 2 ** 20

const types: ReadonlySet<string> = new Set(['commit', 'tree', 'blob', 'tag'])

/**
 * Reads what `git cat-file --batch-command` prints (git-cat-file(1), "BATCH OUTPUT"): `<id> <type> <size>`, and where the content was
 * asked for as many bytes and a line end; else the name and one word.
 */
export class ObjectAnswers {
  #rest: Buffer[] = []
  #length = 0
  /** Of the answer whose content is on its way. */
  #found: Omit<FoundObject, 'content'> | null = null
  #missing = 1

  add(chunk: Buffer): void {
    this.#rest.push(chunk)
    this.#length += chunk.length
  }

  /** The answer to a question; `more` while it is not there as a whole. */
  next(question: ObjectQuestion): ObjectAnswer | 'more' {
    if (this.#length < this.#missing) return 'more'
    if (this.#found === null) {
      const bytes = this.#joined()
      const end = bytes.indexOf(0x0a)
      if (end === -1) return this.#wait(this.#length + 1)
      const header = this.#take(end + 1).toString('utf8', 0, end)
      const { answer, size } = headerOf(header, question)
      if (answer === null || answer === 'foreign' || question.wants === 'id') return answer
      this.#found = answer
      this.#missing = size + 1
      return this.next(question)
    }
    const content = this.#take(this.#missing)
    const answer = { ...this.#found, content: content.subarray(0, -1) }
    this.#found = null
    this.#missing = 1
    return answer
  }

  #wait(length: number): 'more' {
    this.#missing = length
    return 'more'
  }

  #joined(): Buffer {
    const whole = this.#rest.length === 1 ? this.#rest[0] : undefined
    if (whole !== undefined) return whole
    const bytes = Buffer.concat(this.#rest)
    this.#rest = [bytes]
    return bytes
  }

  #take(length: number): Buffer {
    const bytes = this.#joined()
    this.#rest = bytes.length === length ? [] : [bytes.subarray(length)]
    this.#length -= length
    this.#missing = 1
    return bytes.subarray(0, length)
  }
}

function headerOf(header: string, { name, wants }: ObjectQuestion): { readonly answer: ObjectAnswer; readonly size: number } {
  if (header === `${name} missing` || header === `${name} ambiguous`) return { answer: null, size: 0 }
  const [, id, type, size] = /^([0-9a-f]{40}|[0-9a-f]{64}) (\w+) (\d+)$/.exec(header) ?? []
  const isOther = /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(name) && name !== id
  if (id === undefined || type === undefined || !types.has(type) || isOther) return { answer: 'foreign', size: 0 }
  if (wants === 'content' && Number(size) > mostBytes) return { answer: 'foreign', size: 0 }
  return { answer: { id, type: type as FoundObject['type'], content: Buffer.alloc(0) }, size: Number(size) }
}
