/** Collects the entries of a `Server-Timing` header. Clocks of deployed Workers advance only on I/O. */
export class ServerTiming {
  readonly #entries: string[] = []

  /** Times `work` in milliseconds. */
  async measure<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = Date.now()
    try {
      return await work()
    } finally {
      this.#entries.push(`${name};dur=${Date.now() - start}`)
    }
  }

  /** Adds an entry without a duration. */
  note(name: string, description: string): void {
    this.#entries.push(`${name};desc="${description}"`)
  }

  toString(): string {
    return this.#entries.join(', ')
  }
}
