import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { StrataError } from '../../core/errors.ts'

interface Run<T> {
  readonly child: ChildProcess
  readonly ended: Promise<unknown>
  /** Set once the program is ready. */
  link: T | undefined
  isKilled: boolean
}

interface ProgramOptions<T> {
  readonly name: string
  /** Starts a process that leads a group of its own, with pipes for its output. */
  readonly launch: () => ChildProcess
  /** Waits until the process is ready. @returns what it is talked to by */
  readonly connect: (child: ChildProcess) => Promise<T>
  /** Called with the last lines of the output when the process ends although nobody has killed it. */
  readonly onCrash: (name: string, output: string) => void
}

const KEPT_LINES = 20

/** A program that is killed again and again, and each time started anew. @typeParam T what the running program is talked to by */
export class Program<T> {
  readonly name: string
  readonly #options: ProgramOptions<T>
  #run: Run<T> | undefined

  constructor(options: ProgramOptions<T>) {
    this.name = options.name
    this.#options = options
  }

  /** Undefined while the program does not run, or is not ready yet. */
  get link(): T | undefined {
    return this.#run?.link
  }

  get isRunning(): boolean {
    return this.#run !== undefined
  }

  /**
   * Starts the program and waits until it is ready, or was killed while it was starting.
   * @throws StrataError INTERNAL when it does not start
   */
  async start(): Promise<void> {
    const child = this.#options.launch()
    const lines: string[] = []
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        if (lines.length > KEPT_LINES) lines.shift()
      })
    }
    const ended = once(child, 'exit').catch(() => undefined)
    const run: Run<T> = { child, ended, link: undefined, isKilled: false }
    this.#run = run
    void ended.then(() => {
      if (this.#run === run) this.#run = undefined
      if (!run.isKilled) this.#options.onCrash(this.name, lines.join('\n'))
    })
    const link = await Promise.race([
      this.#options.connect(child).catch((error: unknown) => {
        if (run.isKilled) return undefined
        throw new StrataError('INTERNAL', `${this.name} does not start: ${error}\n${lines.join('\n')}`)
      }),
      ended.then(() => undefined),
    ])
    if (!run.isKilled) run.link = link
  }

  /**
   * Kills the program and all that it started by SIGKILL, and waits until it is gone. Does nothing where it does not run.
   * @param victim the only process of it to kill, by whose death the rest ends too. @default the whole group
   */
  async kill(victim?: (link: T) => number | undefined): Promise<void> {
    const run = this.#run
    if (run?.child.pid === undefined) return
    run.isKilled = true
    const pid = run.link && victim?.(run.link)
    try {
      process.kill(pid ?? -run.child.pid, 'SIGKILL')
    } catch {
      // It has ended by itself meanwhile.
    }
    await run.ended
    if (this.#run === run) this.#run = undefined
  }
}
