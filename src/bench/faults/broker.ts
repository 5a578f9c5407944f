import { createServer, type Server } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { listenOnLoopback } from '../../node/listen.ts'
import type { WorkerLink } from './host.ts'
import type { BatchResult } from './messages.ts'
import type { Weather } from './weather.ts'

interface Waiting {
  readonly id: string
  readonly timestamp: Date
  readonly body: unknown
  attempts: number
  /** Time from which it may be delivered, in milliseconds since 1970. */
  due: number
  queue: string
}

/** Name of the queue in wrangler.toml. */
const QUEUE = 'strata-jobs'
const DEAD_QUEUE = 'strata-jobs-dead'
const MAX_RETRIES = 20

const AT_ONCE = 3
const LOOK_MS = 50
/** Milliseconds after which a message whose consumer died is delivered again. */
const REDELIVER_MS = 1000
/** Milliseconds by which a fault delays a message. */
const DELAY_MS = 4000

/**
 * A queue outside of all processes that are killed: it holds each message until a consumer has acknowledged it, and
 * delivers it at least once. Depending on the weather it refuses messages, or delivers them twice, late or in another
 * order.
 */
export class Broker {
  readonly #weather: Weather
  readonly #consumer: () => WorkerLink | undefined
  readonly #waiting: Waiting[] = []
  readonly #server: Server
  #underway = 0
  #sent = 0
  #isOpen = true

  /** @param consumer undefined while it does not run */
  constructor(weather: Weather, consumer: () => WorkerLink | undefined) {
    this.#weather = weather
    this.#consumer = consumer
    this.#server = createServer((request, response) => {
      const parts: Uint8Array[] = []
      request.on('data', (part: Uint8Array) => void parts.push(part))
      request.on('error', () => undefined)
      request.on('end', () => {
        const { body, delaySeconds = 0 } = JSON.parse(Buffer.concat(parts).toString())
        response.writeHead(this.#take(body, delaySeconds) ? 204 : 503).end()
      })
    })
  }

  /** @returns the address that messages are posted to */
  async open(): Promise<string> {
    const port = await listenOnLoopback(this.#server)
    void this.#run()
    return `http://127.0.0.1:${port}/`
  }

  close(): void {
    this.#isOpen = false
    this.#server.closeAllConnections()
    this.#server.close()
  }

  /** Number of messages without an acknowledgement. */
  get length(): number {
    return this.#waiting.length + this.#underway
  }

  /** Makes all delayed messages due. */
  hurry(): void {
    for (const message of this.#waiting) message.due = 0
  }

  #take(body: unknown, delaySeconds: number): boolean {
    if (this.#weather.queueHas('refuse')) return false
    const due = Date.now() + 1000 * delaySeconds
    const message = { timestamp: new Date(), body, attempts: 0, due, queue: QUEUE }
    this.#waiting.push({ ...message, id: `message-${this.#sent++}` })
    return true
  }

  async #run(): Promise<void> {
    while (this.#isOpen) {
      const due = this.#waiting.filter((message) => message.due <= Date.now())
      const [first] = due
      const consumer = first && this.#underway < AT_ONCE ? this.#consumer() : undefined
      if (consumer && first) {
        const message = due.length > 1 && this.#weather.queueHas('reorder') ? due.at(-1)! : first
        if (this.#weather.queueHas('delay')) message.due += DELAY_MS
        else {
          this.#waiting.splice(this.#waiting.indexOf(message), 1)
          if (this.#weather.queueHas('duplicate')) void this.#deliver({ ...message }, consumer)
          void this.#deliver(message, consumer)
        }
      }
      await sleep(LOOK_MS, undefined, { ref: false })
    }
  }

  async #deliver(message: Waiting, consumer: WorkerLink): Promise<void> {
    this.#underway++
    message.attempts++
    const { id, timestamp, attempts, body, queue } = message
    try {
      const result = await consumer.deliver(queue, [{ id, timestamp, attempts, body }])
      const seconds = retryOf(result, id)
      if (seconds !== undefined) this.#again(message, 1000 * seconds)
    } catch {
      this.#again(message, REDELIVER_MS)
    } finally {
      this.#underway--
    }
  }

  #again(message: Waiting, delayMs: number): void {
    const isDead = message.attempts > MAX_RETRIES && message.queue === QUEUE
    if (isDead) Object.assign(message, { queue: DEAD_QUEUE, attempts: 0 })
    message.due = Date.now() + delayMs
    this.#waiting.push(message)
  }
}

/** Seconds after which a message is to be retried; undefined if it is acknowledged. */
function retryOf(result: BatchResult, id: string): number | undefined {
  const { outcome, ackAll, retryBatch, explicitAcks, retryMessages } = result
  const retried = retryMessages.find(({ msgId }) => msgId === id)
  if (retried) return retried.delaySeconds ?? 0
  if (ackAll || explicitAcks.includes(id)) return undefined
  if (retryBatch.retry) return retryBatch.delaySeconds ?? 0
  return outcome === 'ok' ? undefined : 1
}
