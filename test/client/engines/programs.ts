import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A running program. What it says at last is kept for the error when it ends too early. */
export class Program {
  readonly #path: string
  readonly #child: ChildProcess
  readonly #said: string[] = []
  readonly #ended: Promise<never>
  readonly #watchers = new Set<(stream: number, line: string) => void>()

  /** Streams 1 to 3 of the program are read by lines. */
  constructor(path: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.#path = path
    this.#child = spawn(path, args, { env, stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
    this.#ended = new Promise((_, reject) => {
      this.#child.once('error', reject)
      this.#child.once('exit', (code) => {
        reject(new Error(`${this.#path} ended with ${code}: ${this.#said.join('\n')}`))
      })
    })
    this.#ended.catch(() => undefined)
    for (const stream of [1, 2, 3]) {
      createInterface(this.#child.stdio[stream] as Readable).on('line', (line) => this.#heard(stream, line))
    }
  }

  /** @returns the first group of a line, once it came. @throws Error when the program ends before */
  async line(stream: number, wanted: RegExp): Promise<string> {
    const found = new Promise<string>((resolve) => {
      this.#watchers.add((from, line) => {
        const group = from === stream ? wanted.exec(line)?.[1] : undefined
        if (group !== undefined) resolve(group)
      })
    })
    return await this.before(found)
  }

  /** @returns what the promise gives. @throws Error when the program ends before */
  async before<T>(promise: Promise<T>): Promise<T> {
    return await Promise.race([promise, this.#ended])
  }

  async stop(): Promise<void> {
    const { exitCode, signalCode } = this.#child
    if (exitCode !== null || signalCode !== null) return
    this.#child.kill('SIGTERM')
    await once(this.#child, 'exit')
  }

  #heard(stream: number, line: string): void {
    this.#said.push(line)
    if (this.#said.length > 20) this.#said.shift()
    for (const watch of this.#watchers) watch(stream, line)
  }
}
