import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
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
  /** Waits until the process is ready. @returns the interface to it */
  readonly connect: (child: ChildProcess) => Promise<T>
  /** Called with the last lines of the output when the program ends after it was ready, without a kill. */
  readonly onCrash: (name: string, output: string) => void
}

const KEPT_LINES = 20
const TRIES = 3
const PAUSE_MS = 500

/** A program that is killed and restarted repeatedly. @typeParam T interface to the running program */
export class Program<T> {
  readonly name: string
  readonly #options: ProgramOptions<T>
  #run: Run<T> | undefined

  constructor(options: ProgramOptions<T>) {
    this.name = options.name
    this.#options = options
  }

  /** Undefined while the program does not run or is not ready. */
  get link(): T | undefined {
    return this.#run?.link
  }

  get isRunning(): boolean {
    return this.#run !== undefined
  }

  /**
   * Starts the program and waits until it is ready, or was killed while starting. Retries when it does not start,
   * because a killed process may hold its port for a moment.
   * @throws StrataError INTERNAL when it does not start
   */
  async start(): Promise<void> {
    for (let left = TRIES; ; left--) {
      const failure = await this.#startOnce()
      if (failure === undefined) return
      if (left === 1) throw new StrataError('INTERNAL', `${this.name} does not start: ${failure}`)
      await sleep(PAUSE_MS)
    }
  }

  /** @returns the reason why it did not start; undefined when it is ready or was killed */
  async #startOnce(): Promise<string | undefined> {
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
      if (run.link && !run.isKilled) this.#options.onCrash(this.name, lines.join('\n'))
    })
    const endedEarly = ended.then(() => Promise.reject(new Error('the process has ended')))
    try {
      const link = await Promise.race([this.#options.connect(child), endedEarly])
      if (!run.isKilled) run.link = link
      return undefined
    } catch (error) {
      if (run.isKilled) return undefined
      await this.kill()
      return `${error}\n${lines.join('\n')}`
    }
  }

  /**
   * Kills the program and its child processes by SIGKILL, and waits until they have ended. Does nothing if it does not
   * run.
   * @param victim the one process to kill, whose death ends the others. @default the whole group
   */
  async kill(victim?: (link: T) => number | undefined): Promise<void> {
    const run = this.#run
    if (run?.child.pid === undefined) return
    run.isKilled = true
    const pid = run.link && victim?.(run.link)
    try {
      process.kill(pid ?? -run.child.pid, 'SIGKILL')
    } catch {
      // The program has ended by itself meanwhile.
    }
    await run.ended
    if (this.#run === run) this.#run = undefined
  }
}
