import { retryAfter, Scheduler, type SchedulerOptions, type Turn } from '../../core/scheduler.ts'
import { HttpError } from '../errors.ts'
import type { KeepAlive } from '../request/keep-alive.ts'

/**
 * A job of which nothing was heard for so many seconds was cut off with the request that carried it. Between two steps
 * lie a strip or an encoder's work, which take a few seconds at most.
 */
const STRANDED_S = 60

interface SerialQueueOptions extends Omit<SchedulerOptions, 'concurrency'> {
  /** Cost of all jobs that wait. A dearer one may wait where no other does. */
  readonly capacity: number
  /** @default 60 */
  readonly strandedSeconds?: number
}

/**
 * Runs jobs one after the other, because all requests of an isolate share its memory; between two steps of a long job
 * it runs a short one. A job that fails or is cut off does not hold up the jobs behind it.
 */
export class SerialQueue {
  readonly #line: Scheduler
  readonly #capacity: number
  readonly #strandedSeconds: number

  constructor({ capacity, strandedSeconds = STRANDED_S, ...options }: SerialQueueOptions) {
    this.#line = new Scheduler({ ...options, concurrency: 1 })
    this.#capacity = capacity
    this.#strandedSeconds = strandedSeconds
  }

  /**
   * @param cost of the job as far as it is known; the job corrects it
   * @param job takes a step wherever it can be stopped for a while
   * @throws HttpError TRANSCODE_BUSY when too much work waits; ABORTED when the signal fires before the job's turn;
   * whatever the job throws
   */
  async run<T>(
    cost: number,
    keepAlive: KeepAlive,
    job: (turn: Pick<Turn, 'correct' | 'step'>) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    this.#line.giveUpSilent(this.#strandedSeconds)
    this.#admit(cost)
    let release = (): void => {}
    keepAlive(
      new Promise<void>((resolve) => {
        release = resolve
      }),
    )
    let end = (): void => {}
    try {
      const turn = await this.#until(this.#line.enter(cost, signal))
      end = turn.end
      return await job({
        correct: turn.correct,
        step: async () => {
          await nextEvent()
          await this.#until(turn.step())
        },
      })
    } finally {
      // Later, so that the result is sent before the next job keeps the processor busy.
      void nextEvent().then(end).then(release)
    }
  }

  #admit(cost: number): void {
    const { waitingCost } = this.#line
    if (waitingCost === 0 || waitingCost + cost <= this.#capacity) return
    const waits = `${waitingCost} of ${this.#capacity} kilopixels wait, ${cost} do not fit`
    throw new HttpError('TRANSCODE_BUSY', `the transcoder's line is full: ${waits}`, {
      'Retry-After': retryAfter(this.#line.seconds()),
    })
  }

  /** Looks meanwhile for jobs that were cut off: every waiter does, because any of them may be cut off as well. */
  async #until<T>(turn: Promise<T>): Promise<T> {
    const look = () => this.#line.giveUpSilent(this.#strandedSeconds)
    const timer = setInterval(look, (1000 * this.#strandedSeconds) / 4)
    try {
      return await turn
    } finally {
      clearInterval(timer)
    }
  }
}

/** Lets new requests in and answers out. In a Worker the clock goes on only then. */
function nextEvent(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0))
}
