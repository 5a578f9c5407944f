import { pick } from '../random.ts'

/** Fault of one request to the bucket. */
export type BucketFault = 'none' | 'fail' | 'fail-after' | 'hang' | 'half' | 'full'
/** Fault of one message of the queue. */
type QueueFault = 'refuse' | 'duplicate' | 'delay' | 'reorder'

const BUCKET_FAULTS: readonly BucketFault[] = ['fail', 'fail-after', 'hang', 'half', 'full']
const QUEUE_FAULTS: readonly QueueFault[] = ['refuse', 'duplicate', 'delay', 'reorder']

/** Share of the changes after which no fault is active. */
const CLEAR = 0.4
/** Share of the requests that a fault of the bucket hits. A full bucket refuses all writes. */
const BUCKET_HITS = 0.3

/** The active faults. They change by `change`; which requests an active fault hits is random. */
export class Weather {
  readonly #random: () => number
  #bucket: BucketFault = 'none'
  #queue: QueueFault | 'none' = 'none'
  readonly #seen = new Map<string, number>()

  /** @param random 0..1 */
  constructor(random: () => number) {
    this.#random = random
  }

  /** Brings one fault, or none. */
  change(): void {
    this.clear()
    if (this.#random() < CLEAR) return
    if (this.#random() < 0.5) this.#bucket = pick(BUCKET_FAULTS, this.#random)
    else this.#queue = pick(QUEUE_FAULTS, this.#random)
  }

  /** Sets a fault, for tests. */
  set(fault: { readonly bucket?: BucketFault; readonly queue?: QueueFault }): void {
    this.clear()
    this.#bucket = fault.bucket ?? 'none'
    this.#queue = fault.queue ?? 'none'
  }

  clear(): void {
    this.#bucket = 'none'
    this.#queue = 'none'
  }

  /** Number of hits of each fault, by `bucket fault` and `queue fault`. */
  get seen(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#seen].sort())
  }

  bucket(isWrite: boolean): BucketFault {
    const fault = this.#bucket
    if (fault === 'full') return isWrite ? this.#note('bucket', fault) : 'none'
    return fault !== 'none' && this.#random() < BUCKET_HITS ? this.#note('bucket', fault) : 'none'
  }

  /** Whether this fault of the queue is active; if so, it counts one more hit. */
  queueHas(fault: QueueFault): boolean {
    if (this.#queue === fault) this.#note('queue', fault)
    return this.#queue === fault
  }

  #note<T extends string>(where: string, fault: T): T {
    const name = `${where} ${fault}`
    this.#seen.set(name, (this.#seen.get(name) ?? 0) + 1)
    return fault
  }
}
