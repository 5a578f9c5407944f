import { type Cost, type Job, type JobRequest, Lane } from './lane.ts'
import type { Answer, Request } from './messages.ts'

export interface DecoderOptions {
  readonly assets?: string | URL | undefined
  readonly workers?: number | undefined
  /** @default 32 MiB */
  readonly heldBytes?: number | undefined
}

/** Idle workers keep their memory for this long. */
const IDLE_MS = 20_000
/** Jobs per worker: the files of the next ones are fetched while one is decoded. */
const JOBS_PER_WORKER = 4
const NOTHING: Cost = { area: 0, pixels: 0, plain: 0 }

/**
 * The decoding workers of a page. They start when jobs come and end when nothing on the page uses them. The next job is
 * that of the picture with the largest visible area.
 */
export class Decoder {
  readonly #options: DecoderOptions
  readonly #lanes: Lane[] = []
  /** The worker that holds the decoded layers of an image, by key. */
  readonly #laneOf = new Map<string, Lane>()
  #waiting: Job[] = []
  #users = 0
  #nextJob = 1
  #idle: ReturnType<typeof setTimeout> | undefined
  /** Whether a worker has its models, so that a picture need not wait for them. */
  isWarm = false
  /** Whether nothing can be decoded on this page: WebAssembly or workers are missing, or a policy forbids them. */
  unusable: boolean

  constructor(options: DecoderOptions) {
    this.#options = options
    this.unusable = !(globalThis.Worker && globalThis.WebAssembly && globalThis.createImageBitmap)
  }

  /**
   * Pixels per millisecond of the slowest worker of this page, or else of an earlier page; undefined before anything
   * was decoded in this browser.
   */
  get speed(): number | undefined {
    const measured = this.#lanes.flatMap(({ speed }) => speed ?? [])
    return measured.length > 0 ? Math.min(...measured) : knownSpeed()
  }

  /** Total cost of the jobs that wait or are being decoded. */
  get queue(): Omit<Cost, 'area'> {
    let [pixels, plain] = [0, 0]
    for (const { cost } of [...this.#waiting, ...this.#lanes.flatMap((lane) => lane.jobs)]) {
      pixels += cost.pixels
      plain += cost.plain
    }
    return { pixels, plain }
  }

  /** Keeps the workers alive until the matching `release`. */
  retain(): void {
    this.#users++
    clearTimeout(this.#idle)
  }

  release(): void {
    if (--this.#users === 0) this.#idle = setTimeout(() => this.#end(), IDLE_MS)
  }

  /**
   * @param key requests of one key go to one worker, which holds the layers that it decoded before
   * @param onAnswer gets every answer; the last is `end`, `restored` or `failed`
   * @param cost the picture with the largest visible area is decoded first
   * @returns cancels the request: no further answer comes
   */
  request(key: string, request: JobRequest, onAnswer: (answer: Answer) => void, cost = NOTHING): () => void {
    const job: Job = { id: this.#nextJob++, key, request, onAnswer, cost }
    this.#waiting.push(job)
    // Dispatch later, so that all pictures that an observer reports together are compared.
    queueMicrotask(() => this.#dispatch())
    return () => {
      this.#waiting = this.#waiting.filter(({ id }) => id !== job.id)
      if (this.#lanes.some((lane) => lane.cancel(job.id))) this.#dispatch()
    }
  }

  /** Frees the decoded layers that the workers keep of an image. */
  forget(image: string): void {
    this.#laneOf.delete(image)
    for (const lane of this.#lanes) lane.post({ type: 'forget', image })
  }

  #dispatch(): void {
    const jobs = [...this.#waiting].sort((a, b) => b.cost.area - a.cost.area)
    for (const job of jobs) {
      const lane = this.#laneFor(job.key)
      if (!lane && !this.unusable) continue
      this.#waiting = this.#waiting.filter((other) => other !== job)
      if (!lane) job.onAnswer(noDecoder(job.id))
      else {
        this.#laneOf.set(job.key, lane)
        lane.start(job)
      }
    }
  }

  #answer({ onAnswer, request }: Job, answer: Answer): void {
    if (answer.type === 'failed' && answer.unusable) this.unusable = true
    if (answer.type === 'end' && request.type === 'show') keepSpeed(this.speed)
    if (answer.type === 'end' && !(request.type === 'warm' && request.restore)) this.isWarm = true
    onAnswer(answer)
    this.#dispatch()
  }

  /** The worker of this key, or else the one with the fewest jobs; undefined when it is full. */
  #laneFor(key: string): Lane | undefined {
    if (this.unusable) return undefined
    const isFree = (lane: Lane) => lane.load < JOBS_PER_WORKER
    const known = this.#laneOf.get(key)
    if (known) return isFree(known) ? known : undefined
    const [idlest] = [...this.#lanes].sort((a, b) => a.load - b.load)
    const isLast = this.#lanes.length >= (this.#options.workers ?? usualWorkers())
    // A new worker must load models first, which for one picture takes longer than waiting.
    if (idlest && (idlest.load < 2 || isLast)) return isFree(idlest) ? idlest : undefined
    return this.#start()
  }

  #start(): Lane | undefined {
    const { heldBytes } = this.#options
    const assets = this.#options.assets && new URL(this.#options.assets, document.baseURI).href
    try {
      const worker = assets
        ? new Worker(sameOrigin(new URL('worker.js', assets)), { type: 'module' })
        : new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
      const lane = new Lane(worker, {
        onAnswer: (job, answer) => this.#answer(job, answer),
        onHung: () => this.#replace(lane),
        onBroken: () => this.#fail(),
      })
      lane.post({ type: 'start', assets, heldBytes } satisfies Request)
      this.#lanes.push(lane)
      return lane
    } catch {
      this.unusable = true
      return undefined
    }
  }

  /** Returns the jobs of a worker that has ended to the queue. */
  #replace(lane: Lane): void {
    this.#lanes.splice(this.#lanes.indexOf(lane), 1)
    for (const [key, owner] of this.#laneOf) if (owner === lane) this.#laneOf.delete(key)
    this.#waiting.push(...lane.jobs)
    lane.end()
    this.isWarm &&= this.#lanes.length > 0
    this.#dispatch()
  }

  #fail(): void {
    this.unusable = true
    const jobs = [...this.#waiting, ...this.#lanes.flatMap((lane) => lane.jobs)]
    this.#end()
    for (const { id, onAnswer } of jobs) onAnswer(noDecoder(id))
  }

  #end(): void {
    for (const lane of this.#lanes) lane.end()
    this.#lanes.length = 0
    this.#laneOf.clear()
    this.#waiting = []
    this.isWarm = false
  }
}

/** Half of the cores, 2 to 4; where memory is short, 1. Each worker holds a decoder of its own. */
function usualWorkers(): number {
  const { hardwareConcurrency = 2, deviceMemory = 4 } = navigator as { deviceMemory?: number } & Navigator
  return deviceMemory < 2 ? 1 : Math.min(Math.max(Math.ceil(hardwareConcurrency / 2), 2), 4)
}

const SPEED = 'strata-speed'

function knownSpeed(): number | undefined {
  try {
    return Number(localStorage.getItem(SPEED)) || undefined
  } catch {
    // A policy or a private window may forbid storage.
    return undefined
  }
}

function keepSpeed(speed: number | undefined): void {
  try {
    if (speed) localStorage.setItem(SPEED, String(Math.round(speed)))
  } catch {
    // The next page measures anew.
  }
}

const decoders = new Map<string, Decoder>()

/**
 * The decoder of a page for one `assets` folder, shared by all callers; the options of the first caller hold. Without a
 * folder it is the first decoder of the page, so that `restore` uses the folder that `enhance` was given.
 */
export function decoderFor(options: DecoderOptions): Decoder {
  const [first = ''] = decoders.keys()
  const key = String(options.assets ?? first)
  let decoder = decoders.get(key)
  if (!decoder) {
    decoder = new Decoder(options)
    decoders.set(key, decoder)
  }
  return decoder
}

function noDecoder(job: number): Answer {
  const message = 'worker.js does not load'
  return { type: 'failed', job, code: 'MODEL_INVALID', message, unusable: true }
}

/** Browsers start workers from the page's own origin only, but a small script of the page may import another one. */
function sameOrigin(script: URL): URL | string {
  if (script.origin === location.origin) return script
  return URL.createObjectURL(new Blob([`import ${JSON.stringify(script.href)}`], { type: 'text/javascript' }))
}
