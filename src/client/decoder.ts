import type { Answer, Request } from './messages.ts'

type Job = Extract<Request, { image: string; job: number } | { address: string } | { restore: boolean }>
/** A job as its caller writes it. */
export type Ask = Job extends infer J ? (J extends unknown ? Omit<J, 'job'> : never) : never

export interface DecoderOptions {
  readonly assets?: string | URL
  readonly workers?: number
  /** @default 32 MiB */
  readonly heldBytes?: number
}

interface Waiting {
  readonly onAnswer: (answer: Answer) => void
  readonly worker: Worker
}

/** How long workers without anything to do keep their memory. */
const IDLE_MS = 20_000

/** The decoding workers of a page: started when first needed, ended when nothing needs them any more. */
export class Decoder {
  readonly #options: DecoderOptions
  readonly #workers: Worker[] = []
  readonly #waiting = new Map<number, Waiting>()
  #users = 0
  #next = 1
  #idle: ReturnType<typeof setTimeout> | undefined
  /** Nothing can be decoded here: no WebAssembly, a policy, no worker. */
  unusable: boolean

  constructor(options: DecoderOptions) {
    this.#options = options
    this.unusable = !(globalThis.Worker && globalThis.WebAssembly && globalThis.createImageBitmap)
  }

  /** Someone on the page may need a decoder soon, until `release`. */
  retain(): void {
    this.#users++
    clearTimeout(this.#idle)
  }

  release(): void {
    if (--this.#users === 0) this.#idle = setTimeout(() => this.#end(), IDLE_MS)
  }

  /**
   * @param key what the same worker should do, because it remembers it
   * @param onAnswer gets everything up to and with the last answer: `end`, `restored` or `failed`
   * @returns cancels; there is no answer then
   */
  ask(key: string, ask: Ask, onAnswer: (answer: Answer) => void): () => void {
    const job = this.#next++
    const worker = this.#workerFor(key)
    if (!worker) {
      queueMicrotask(() => onAnswer(noDecoder(job)))
      return () => undefined
    }
    this.#waiting.set(job, { onAnswer, worker })
    worker.postMessage({ ...ask, job } as Request)
    return () => {
      if (this.#waiting.delete(job)) worker.postMessage({ type: 'cancel', job } satisfies Request)
    }
  }

  /** Gives up what workers remember of an image. */
  forget(image: string): void {
    const request: Request = { type: 'forget', image }
    for (const worker of this.#workers) worker.postMessage(request)
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
      worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#take(data)
      // The script is not there, or a policy forbids it.
      worker.onerror = () => this.#fail()
      worker.postMessage({ type: 'start', assets, heldBytes } satisfies Request)
      return worker
    } catch {
      this.unusable = true
      return undefined
    }
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.job)
    if (!waiting) {
      if ('bitmap' in answer) answer.bitmap.close()
      return
    }
    if (answer.type === 'failed' && answer.unusable) this.unusable = true
    if (answer.type === 'end' || answer.type === 'restored' || answer.type === 'failed')
      this.#waiting.delete(answer.job)
    waiting.onAnswer(answer)
  }

  #fail(): void {
    this.unusable = true
    for (const [job, { onAnswer }] of this.#waiting) onAnswer(noDecoder(job))
    this.#end()
  }

  #end(): void {
    for (const worker of this.#workers) worker?.terminate()
    this.#workers.length = 0
    this.#waiting.clear()
  }
}

function noDecoder(job: number): Answer {
  const message = 'this browser or page does not let the decoder run'
  return { type: 'failed', job, code: 'MODEL_INVALID', message, unusable: true }
}

/** Browsers start workers from the page's own origin only; a small script of the page may import from elsewhere. */
function sameOrigin(script: URL): URL | string {
  if (script.origin === location.origin) return script
  return URL.createObjectURL(new Blob([`import ${JSON.stringify(script.href)}`], { type: 'text/javascript' }))
}
