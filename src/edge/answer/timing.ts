/** Collects the parts of a `Server-Timing` header. Deployed Workers' clocks advance only on I/O. */
export class ServerTiming {
  readonly #entries: string[] = []

  async measure<T>(name: string, work: () => Promise<T>): Promise<T> {
    const start = Date.now()
    try {
      return await work()
    } finally {
      this.#entries.push(`${name};dur=${Date.now() - start}`)
    }
  }

  note(name: string, description: string): void {
    this.#entries.push(`${name};desc="${description}"`)
  }

  toString(): string {
    return this.#entries.join(', ')
  }
}
