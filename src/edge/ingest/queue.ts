import type { Env } from 'hono'
import { StrataError } from '../../core/errors.ts'
import type { ResolvedOptions } from '../options.ts'
import { createShared, servicesFor, withContext } from '../services.ts'
import type { Failure } from '../store/state.ts'
import { attemptEncode } from './attempt.ts'
import { backoff } from './backoff.ts'
import type { IngestServices } from './encode-job.ts'
import type { ImageJob } from './jobs.ts'
import { giveUp } from './settlement.ts'
import { deliver, type Webhook } from './webhook.ts'

/** The `queue` handler of a Worker. */
export type QueueHandler = (batch: MessageBatch, env: unknown, context: ExecutionContext) => Promise<void>

export interface QueueOptions {
  /**
   * Name of the queue that takes the messages which were delivered too often. Its jobs end as failed images.
   * @default 'strata-jobs-dead'
   */
  readonly deadLetterQueue?: string
}

/** A message that hits a defect or a bucket that does not answer. */
const FIRST_PAUSE_S = 5
/** Cloudflare Queues delay a message by at most 12 hours. */
const LONGEST_PAUSE_S = 3600

const GIVEN_UP: Failure = {
  code: 'ORIGIN_FAILED',
  message: 'given up: the queue delivered the job too often',
}

interface JobServices {
  readonly ingest: IngestServices
  readonly webhook: () => Webhook | undefined
  /** Puts a job into the queue anew, as if it had never been delivered. */
  readonly send: (job: ImageJob, delaySeconds: number) => Promise<void>
}

/**
 * The consumer of the queue: encodes uploads and posts events. Every message is acknowledged or retried by itself; one
 * that finds the origin busy goes back as a new message, because waiting is no failure.
 */
export function createQueueHandler<E extends Env>(
  options: ResolvedOptions<E>,
  { deadLetterQueue = 'strata-jobs-dead' }: QueueOptions = {},
): QueueHandler {
  const shared = createShared()
  return async function queue(batch, env, context) {
    await withContext<E>(env, context, async (c) => {
      const services = servicesFor(c, options, shared)
      const producer = options.queue(c)
      const parts: JobServices = {
        ingest: services.ingest(),
        webhook: () => options.webhook(c),
        async send(job, delaySeconds) {
          if (producer === undefined)
            throw new StrataError('OPTION_INVALID', 'option queue: expected a queue')
          await producer.send(job, { delaySeconds })
        },
      }
      const work = batch.queue === deadLetterQueue ? bury : perform
      await Promise.all(batch.messages.map((message) => handle(message, work, parts)))
    })
  }
}

type Work = (message: Message, job: ImageJob, parts: JobServices) => Promise<void>

async function handle(message: Message, work: Work, parts: JobServices): Promise<void> {
  if (!isJob(message.body)) {
    console.error(JSON.stringify({ event: 'message-unknown', id: message.id }))
    return message.ack()
  }
  try {
    await work(message, message.body, parts)
  } catch (error) {
    console.error(JSON.stringify({ event: 'message-failed', id: message.id, message: String(error) }))
    message.retry({ delaySeconds: backoff(message.attempts, FIRST_PAUSE_S, LONGEST_PAUSE_S) })
  }
}

async function perform(
  message: Message,
  job: ImageJob,
  { ingest, webhook, send }: JobServices,
): Promise<void> {
  if (job.kind === 'event') {
    const hook = webhook()
    if (hook !== undefined) await deliver(job.event, hook)
    return message.ack()
  }
  const outcome = await attemptEncode(job, message.id, ingest)
  if (outcome.kind === 'settled') return message.ack()
  const delaySeconds = Math.ceil(outcome.seconds)
  if (outcome.kind === 'again') return message.retry({ delaySeconds })
  // First the new message, then the end of the old one: a crash between the two doubles the job, which does no harm.
  await send(job, delaySeconds)
  message.ack()
}

/** What becomes of a message that was delivered too often. */
async function bury(message: Message, job: ImageJob, { ingest }: JobServices): Promise<void> {
  if (job.kind === 'encode') await giveUp(job, GIVEN_UP, ingest)
  else console.error(JSON.stringify({ event: 'webhook-given-up', id: job.event.id }))
  message.ack()
}

function isJob(body: unknown): body is ImageJob {
  const { kind, id, token, event } = (body ?? {}) as Record<string, unknown>
  if (kind === 'event') return typeof (event as { id?: unknown } | undefined)?.id === 'string'
  return kind === 'encode' && typeof id === 'string' && typeof token === 'string'
}
