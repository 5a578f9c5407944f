import type { Answer, Request } from './messages.ts'

type Job = Extract<Request, { image: string; job: number } | { address: string } | { restore: boolean }>
/** A request with an answer, as its caller writes it: without the job number. */
export type JobRequest = Job extends infer J ? (J extends unknown ? Omit<J, 'job'> : never) : never

export interface DecoderOptions {
  readonly assets?: string | URL
  readonly workers?: number
  /** @default 32 MiB */
  readonly heldBytes?: number
}

interface PendingJob {
  readonly onAnswer: (answer: Answer) => void
  readonly worker: Worker
}

/** Idle workers keep their memory for this long. */
const IDLE_MS = 20_000

/** The decoding workers of a page. They start at the first request and end when nothing on the page uses them. */
export class Decoder {
  readonly #options: DecoderOptions
  readonly #workers: Worker[] = []
  readonly #pending = new Map<number, PendingJob>()
  #users = 0
  #nextJob = 1
  #idle: ReturnType<typeof setTimeout> | undefined
  /** Nothing can be decoded on this page: WebAssembly or workers are missing, or a policy forbids them. */
  unusable: boolean

  constructor(options: DecoderOptions) {
    this.#options = options
    this.unusable = !(globalThis.Worker && globalThis.WebAssembly && globalThis.createImageBitmap)
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
   * @param key requests of one key go to one worker, which keeps what it decoded before
   * @param onAnswer gets every answer; the last is `end`, `restored` or `failed`
   * @returns cancels the request: no further answer comes
   */
  request(key: string, request: JobRequest, onAnswer: (answer: Answer) => void): () => void {
    const job = this.#nextJob++
    const worker = this.#workerFor(key)
    if (!worker) {
      queueMicrotask(() => onAnswer(noDecoder(job)))
      return () => undefined
    }
    this.#pending.set(job, { onAnswer, worker })
    worker.postMessage({ ...request, job } as Request)
    return () => {
      if (this.#pending.delete(job)) worker.postMessage({ type: 'cancel', job } satisfies Request)
    }
  }

  /** Frees the decoded layers that the workers keep of an image. */
  forget(image: string): void {
    const request: Request = { type: 'forget', image }
    for (const worker of this.#workers) worker?.postMessage(request)
  }

  #workerFor(key: string): Worker | undefined {
    if (this.unusable) return undefined
    const { workers = navigator.hardwareConcurrency >= 4 ? 2 : 1 } = this.#options
    let hash = 0
    for (let i = 0; i < key.length; i++) hash = (31 * hash + key.charCodeAt(i)) >>> 0
    const index = hash % workers
    this.#workers[index] ??= this.#start() as Worker
    return this.#workers[index]
  }

  #start(): Worker | undefined {
    const { heldBytes } = this.#options
    const assets = this.#options.assets && new URL(this.#options.assets, document.baseURI).href
    try {
      const worker = assets
        ? new Worker(sameOrigin(new URL('worker.js', assets)), { type: 'module' })
        : new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
      worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#receive(data)
      // The script is missing, or a policy forbids it.
      worker.onerror = () => this.#fail()
      worker.postMessage({ type: 'start', assets, heldBytes } satisfies Request)
      return worker
    } catch {
      this.unusable = true
      return undefined
    }
  }

  #receive(answer: Answer): void {
    const pending = this.#pending.get(answer.job)
    if (!pending) {
      // The job was cancelled meanwhile.
      if ('bitmap' in answer) answer.bitmap.close()
      return
    }
    if (answer.type === 'failed' && answer.unusable) this.unusable = true
    if (answer.type === 'end' || answer.type === 'restored' || answer.type === 'failed')
      this.#pending.delete(answer.job)
    pending.onAnswer(answer)
  }

  #fail(): void {
    this.unusable = true
    for (const [job, { onAnswer }] of this.#pending) onAnswer(noDecoder(job))
    this.#end()
  }

  #end(): void {
    for (const worker of this.#workers) worker?.terminate()
    this.#workers.length = 0
    this.#pending.clear()
  }
}

const decoders = new Map<string, Decoder>()

/** The decoder of a page for one `assets` folder, shared by all callers; the options of the first caller hold. */
export function decoderFor(options: DecoderOptions): Decoder {
  const key = String(options.assets ?? '')
  let decoder = decoders.get(key)
  if (!decoder) {
    decoder = new Decoder(options)
    decoders.set(key, decoder)
  }
  return decoder
}

function noDecoder(job: number): Answer {
  const message = 'this page cannot run the decoder'
  return { type: 'failed', job, code: 'MODEL_INVALID', message, unusable: true }
}

/** Browsers start workers from the page's own origin only, but a small script of the page may import another one. */
function sameOrigin(script: URL): URL | string {
  if (script.origin === location.origin) return script
  return URL.createObjectURL(new Blob([`import ${JSON.stringify(script.href)}`], { type: 'text/javascript' }))
}
