import { OriginBusy, OriginDown } from '../origin/origin.ts'
import { traceOf } from '../request/trace.ts'
import type { Failure } from '../store/state.ts'
import { type PromoteJob, type PromoteServices, promoteVariant } from '../variants/promotion.ts'
import { attemptEncode } from './attempt.ts'
import { backoff, type IngestServices } from './encode-job.ts'
import type { ImageJob } from './jobs.ts'
import { giveUp } from './settlement.ts'
import { deliver, type Webhook } from './webhook.ts'

export interface QueueOptions {
  /**
   * Name of the queue that takes messages which were delivered too often. Its jobs end as failed images.
   * @default 'strata-jobs-dead'
   */
  readonly deadLetterQueue?: string | undefined
}

interface JobMessage {
  readonly id: string
  /** How often it was delivered. */
  readonly attempts: number
  readonly body: unknown
  ack(): void
  retry(options?: { delaySeconds?: number }): void
}

/** A batch of messages, as far as it is used: a `MessageBatch`. */
export interface JobBatch {
  /** Name of the queue. */
  readonly queue: string
  readonly messages: readonly JobMessage[]
}

/** Seconds before a message that hit a defect or a failing bucket is delivered again. */
const FIRST_PAUSE_S = 5
const LONGEST_PAUSE_S = 3600
/** Deliveries of a job to promote a picture while the origin is busy or down. */
const PROMOTE_ATTEMPTS = 6

const GIVEN_UP: Failure = {
  code: 'ORIGIN_FAILED',
  message: 'given up: the queue delivered the job too often',
}

export interface JobServices {
  readonly ingest: IngestServices
  readonly promotion: PromoteServices
  readonly webhook: () => Webhook | undefined
  /** Puts a job into the queue as a new message, with no deliveries counted. */
  readonly send: (job: ImageJob, delaySeconds: number) => Promise<void>
}

/**
 * Handles one batch of the queue: encodes uploads and posts events. Every message is acknowledged or retried by
 * itself. A job that finds the origin busy goes back as a new message, because waiting is not a failure.
 */
export async function handleBatch(
  batch: JobBatch,
  services: JobServices,
  { deadLetterQueue = 'strata-jobs-dead' }: QueueOptions = {},
): Promise<void> {
  const handleJob = batch.queue === deadLetterQueue ? handleDeadLetter : runJob
  await Promise.all(batch.messages.map((message) => handleMessage(message, handleJob, services)))
}

type JobHandler = (message: JobMessage, job: ImageJob, services: JobServices) => Promise<void>

async function handleMessage(
  message: JobMessage,
  handleJob: JobHandler,
  services: JobServices,
): Promise<void> {
  if (!isJob(message.body)) {
    console.error(JSON.stringify({ event: 'message-unknown', id: message.id }))
    return message.ack()
  }
  try {
    await handleJob(message, message.body, services)
  } catch (error) {
    console.error(JSON.stringify({ event: 'message-failed', id: message.id, message: String(error) }))
    message.retry({ delaySeconds: backoff(message.attempts, FIRST_PAUSE_S, LONGEST_PAUSE_S) })
  }
}

async function runJob(
  message: JobMessage,
  job: ImageJob,
  { webhook, send, ...services }: JobServices,
): Promise<void> {
  const { ingest, promotion } = traced(services, job)
  if (job.kind === 'event') {
    const hook = webhook()
    if (hook !== undefined) await deliver(job.event, hook)
    return message.ack()
  }
  if (job.kind === 'promote') return await promote(message, job, promotion)
  const outcome = await attemptEncode(job, message.id, ingest)
  if (outcome.kind === 'settled') return message.ack()
  const delaySeconds = Math.ceil(outcome.seconds)
  if (outcome.kind === 'again') return message.retry({ delaySeconds })
  // The new message comes first: a crash between the two doubles the job, which does no harm.
  await send(job, delaySeconds)
  message.ack()
}

/** Services that ask the origin as a part of the trace of the request that led to this job. */
function traced(
  services: Pick<JobServices, 'ingest' | 'promotion'>,
  { traceparent }: ImageJob,
): Pick<JobServices, 'ingest' | 'promotion'> {
  if (traceparent === undefined) return services
  const { ingest, promotion } = services
  const part = { trace: traceOf(traceparent) }
  return {
    ingest: { ...ingest, origin: { ...ingest.origin, ...part } },
    promotion: { ...promotion, origin: () => ({ ...promotion.origin(), ...part }) },
  }
}

/** A picture that cannot be promoted soon stays as it is: the next that find it in the bucket ask again. */
async function promote(message: JobMessage, job: PromoteJob, services: PromoteServices): Promise<void> {
  try {
    await promoteVariant(job, services)
  } catch (error) {
    const mayRecover = error instanceof OriginBusy || error instanceof OriginDown
    if (mayRecover && message.attempts < PROMOTE_ATTEMPTS)
      return message.retry({ delaySeconds: backoff(message.attempts, FIRST_PAUSE_S, LONGEST_PAUSE_S) })
    console.error(JSON.stringify({ event: 'promote-failed', id: job.id, message: String(error) }))
  }
  message.ack()
}

/** Ends the job of a message that was delivered too often. */
async function handleDeadLetter(message: JobMessage, job: ImageJob, { ingest }: JobServices): Promise<void> {
  if (job.kind === 'encode') await giveUp(job, GIVEN_UP, ingest)
  else if (job.kind === 'event')
    console.error(JSON.stringify({ event: 'webhook-given-up', id: job.event.id }))
  message.ack()
}

function isJob(body: unknown): body is ImageJob {
  const { kind, id, token, event } = (body ?? {}) as Record<string, unknown>
  if (kind === 'promote')
    return typeof id === 'string' && typeof (body as { request?: unknown }).request === 'object'
  if (kind === 'event') return typeof (event as { id?: unknown } | undefined)?.id === 'string'
  return kind === 'encode' && typeof id === 'string' && typeof token === 'string'
}
