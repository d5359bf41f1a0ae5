/** A look that costs much and that several want at a time: whoever asks while one is under way shares the next one, so what each is given began after they asked. */
export class SharedLook<T> {
  readonly #look: () => Promise<T>
  #last: Promise<unknown> = Promise.resolve()
  #waiting: Promise<T> | null = null

  constructor(look: () => Promise<T>) {
    this.#look = look
  }

  next(): Promise<T> {
    this.#waiting ??= this.#afterTheLast()
    return this.#waiting
  }

  #afterTheLast(): Promise<T> {
    const mine = this.#last.then(() => {
      this.#waiting = null
      return this.#look()
    })
    this.#last = mine.catch(() => undefined)
    return mine
  }
}
