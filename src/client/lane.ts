import type { Answer, Request } from './messages.ts'

type Asking = Extract<Request, { job: number }>
/** A request that gets an answer, without the job number, which the decoder adds. */
export type JobRequest =
  Exclude<Asking, { type: 'cancel' }> extends infer J ? (J extends unknown ? Omit<J, 'job'> : never) : never

export interface Job {
  readonly id: number
  readonly key: string
  readonly request: JobRequest
  readonly onAnswer: (answer: Answer) => void
  readonly cost: Cost
}

/** Longest time until the bytes of a picture and the models have arrived. */
const FETCH_MS = 30_000
/** Longest time of decoding after that. A picture of 1280 x 853 takes a quarter of a second. */
const DECODE_MS = 6000
const RESTORE_MS = 60_000
/** While a worker has jobs, it is pinged at this interval, and may miss this many answers. */
const PING_MS = 2000
const MISSED_PINGS = 3

/** Cost of a job, by which jobs are ordered and the queue is estimated. */
export interface Cost {
  /** Visible CSS pixels of the picture: the largest area is decoded first. */
  readonly area: number
  /** Pixels to decode. */
  readonly pixels: number
  /** Bytes of the plain file that would serve instead. */
  readonly plain: number
}

interface LaneEvents {
  onAnswer(job: Job, answer: Answer): void
  /** Called once when the worker has been ended; its other jobs are then in `jobs`. */
  onHung(): void
  /** Called when the worker's script cannot run. */
  onBroken(): void
}

/** One decoding worker and its jobs. A job that takes too long fails; a worker that answers nothing is ended. */
export class Lane {
  readonly #worker: Worker
  readonly #jobs = new Map<number, Job & { timer?: ReturnType<typeof setTimeout> }>()
  readonly #events: LaneEvents
  #pinging: ReturnType<typeof setInterval> | undefined
  #missed = 0
  #begun: { readonly at: number; readonly pixels: number } | undefined
  /** Pixels decoded per millisecond; undefined before the first picture. */
  speed: number | undefined

  constructor(worker: Worker, events: LaneEvents) {
    this.#worker = worker
    this.#events = events
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#receive(data)
    // The script is missing, or a Content-Security-Policy forbids it.
    worker.onerror = () => events.onBroken()
  }

  get jobs(): readonly Job[] {
    return [...this.#jobs.values()]
  }

  get load(): number {
    return this.#jobs.size
  }

  start(job: Job): void {
    this.#jobs.set(job.id, { ...job })
    this.post({ ...job.request, job: job.id } as Request)
    if (job.request.type !== 'warm') this.#limit(job.id, FETCH_MS)
    this.#missed = 0
    this.#pinging ??= setInterval(() => this.#ping(), PING_MS)
  }

  /** @returns whether the job was here */
  cancel(id: number): boolean {
    if (!this.#remove(id)) return false
    this.post({ type: 'cancel', job: id })
    return true
  }

  post(message: Request): void {
    this.#worker.postMessage(message)
  }

  end(): void {
    for (const id of this.#jobs.keys()) this.#remove(id)
    this.#worker.terminate()
  }

  #receive(answer: Answer): void {
    this.#missed = 0
    if (answer.type === 'pong') return
    const job = this.#jobs.get(answer.job)
    if (!job) {
      // The job was cancelled meanwhile.
      if ('bitmap' in answer) answer.bitmap.close()
      return
    }
    if (answer.type === 'begin') {
      const { layers, layer } = answer
      const { width, height } = layers[layer]!
      this.#begun = { at: performance.now(), pixels: width * height }
      this.#limit(job.id, DECODE_MS)
    } else if (answer.type === 'restoring') this.#limit(job.id, RESTORE_MS)
    if (answer.type === 'end') this.#measure()
    if (/^(end|restored|failed)$/.test(answer.type)) this.#remove(job.id)
    this.#events.onAnswer(job, answer)
  }

  #measure(): void {
    if (!this.#begun) return
    const { at, pixels } = this.#begun
    this.speed = pixels / Math.max(performance.now() - at, 1)
    this.#begun = undefined
  }

  /** Fails a job that is not done in time. Decoding cannot be interrupted, so the worker is terminated too. */
  #limit(id: number, milliseconds: number): void {
    const job = this.#jobs.get(id)
    if (!job) return
    clearTimeout(job.timer)
    job.timer = setTimeout(() => {
      const isDecoding = milliseconds !== FETCH_MS
      if (isDecoding) this.#remove(id)
      else this.cancel(id)
      if (isDecoding) this.#hang()
      this.#events.onAnswer(job, tooSlow(id, milliseconds))
    }, milliseconds)
  }

  #ping(): void {
    if (this.#missed++ < MISSED_PINGS) {
      this.post({ type: 'ping' })
      return
    }
    const jobs = this.jobs
    for (const { id } of jobs) this.#remove(id)
    this.#hang()
    for (const job of jobs) this.#events.onAnswer(job, tooSlow(job.id, PING_MS * MISSED_PINGS))
  }

  #hang(): void {
    this.#worker.terminate()
    clearInterval(this.#pinging)
    this.#events.onHung()
  }

  #remove(id: number): boolean {
    clearTimeout(this.#jobs.get(id)?.timer)
    const isHere = this.#jobs.delete(id)
    if (this.#jobs.size === 0) {
      clearInterval(this.#pinging)
      this.#pinging = undefined
    }
    return isHere
  }
}

function tooSlow(job: number, milliseconds: number): Answer {
  const message = `not done within ${milliseconds / 1000} s`
  return { type: 'failed', job, code: 'ABORTED', message, unusable: false, limit: 'seconds' }
}
