import type { KeepAlive } from '../request/keep-alive.ts'
import { type PromoteJob, type PromoteServices, promoteVariant } from '../variants/promotion.ts'
import { attemptEncode } from './attempt.ts'
import { type EncodeJob, type IngestServices, LEASE_MS } from './encode-job.ts'
import type { ImageEvent } from './events.ts'
import { deliver, type Webhook } from './webhook.ts'

/** One event to post to the webhook, as it travels through the queue. */
interface EventJob {
  readonly kind: 'event'
  readonly event: ImageEvent
}

/** A message of the queue. */
export type ImageJob = (EncodeJob | EventJob | PromoteJob) & {
  /** Of the trace that the request belonged to (W3C Trace Context). */
  readonly traceparent?: string
}

/** The binding of a queue, as far as it is used: a `Queue<ImageJob>`. */
export interface JobQueue {
  send(job: ImageJob, options?: { delaySeconds?: number }): Promise<unknown>
}

/** Starts the work that goes on after an answer. */
export interface Jobs {
  /** Has an upload encoded. @throws StrataError STORAGE_FAILED when the queue does not take it */
  start(job: Omit<EncodeJob, 'kind'>): Promise<void>
  /** Calls the hooks and the webhook. @throws StrataError STORAGE_FAILED when the queue does not take it */
  announce(event: ImageEvent): Promise<void>
  /** Has a picture promoted. Failures change nothing, so nobody hears of them. */
  promote(job: PromoteJob): Promise<void>
  /** See IngestServices. */
  readonly graceMs: number
}

/** What jobs need from the plugin. */
interface JobContext {
  readonly keepAlive: KeepAlive
  /** Calls the hook of this event, where there is one. */
  readonly callHook: (event: ImageEvent) => void | Promise<void>
  readonly webhook: () => Webhook | undefined
  readonly ingest: () => IngestServices
  readonly promotion: () => PromoteServices
  /** Replaced in tests. */
  readonly sleep?: (ms: number) => Promise<void>
}

const LONGEST_SLEEP_MS = 10_000
const WEBHOOK_PAUSES_MS = [1000, 5000]

/** Jobs through the queue, which keeps each until it is done. Hooks are called at once. */
export function queuedJobs(send: (job: ImageJob) => Promise<void>, context: JobContext): Jobs {
  return {
    graceMs: LEASE_MS,
    start: (job) => send({ kind: 'encode', ...job }),
    promote: send,
    async announce(event) {
      await callHook(event, context)
      if (context.webhook() !== undefined) await send({ kind: 'event', event })
    },
  }
}

/**
 * Jobs without a queue, done here after the answer for as long as the runtime allows. An encoding that is cut off or
 * has to wait long is resumed by the next request for the image, or by the sweep; an event that cannot be delivered
 * is lost.
 */
export function localJobs(context: JobContext): Jobs {
  const sleep = context.sleep ?? ((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)))

  async function encode(job: EncodeJob): Promise<void> {
    const claim = crypto.randomUUID()
    for (;;) {
      const outcome = await attemptEncode(job, claim, context.ingest())
      if (outcome.kind === 'settled' || 1000 * outcome.seconds > LONGEST_SLEEP_MS) return
      await sleep(1000 * outcome.seconds)
    }
  }

  async function post(event: ImageEvent): Promise<void> {
    const hook = context.webhook()
    for (let failures = 0; hook !== undefined; ) {
      try {
        return await deliver(event, hook)
      } catch (error) {
        const pause = WEBHOOK_PAUSES_MS[failures++]
        if (pause === undefined) throw error
        await sleep(pause)
      }
    }
  }

  return {
    graceMs: LONGEST_SLEEP_MS,
    async start(job) {
      context.keepAlive(
        encode({ kind: 'encode', ...job }).catch((error) => logFailure('ingest', job.id, error)),
      )
    },
    async promote(job) {
      await promoteVariant(job, context.promotion())
    },
    async announce(event) {
      await callHook(event, context)
      context.keepAlive(post(event).catch((error) => logFailure('webhook', event.id, error)))
    },
  }
}

/** A hook that throws is a defect of the user's code and must not keep an image from being served. */
async function callHook(event: ImageEvent, { callHook }: JobContext): Promise<void> {
  try {
    await callHook(event)
  } catch (error) {
    logFailure('hook', event.id, error)
  }
}

function logFailure(what: string, id: string, error: unknown): void {
  console.error(JSON.stringify({ event: `${what}-failed`, id, message: String(error) }))
}
