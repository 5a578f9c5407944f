import { type Context, type Env, Hono } from 'hono'
import { StrataError } from '../core/errors.ts'
import type { Jpeg } from './answer/jpeg.ts'
import type { IngestServices } from './ingest/encode-job.ts'
import type { ImageEvent } from './ingest/events.ts'
import { type ImageJob, type Jobs, localJobs, queuedJobs } from './ingest/jobs.ts'
import type { ResolvedOptions } from './options.ts'
import { HeaderCache } from './store/header-cache.ts'
import { StateCache } from './store/state-cache.ts'
import { ImageStore } from './store/store.ts'
import { MemoryBudget } from './transcoder/memory-budget.ts'
import type { Transcoder } from './transcoder/transcoder.ts'
import { LeaseClient } from './variants/lease-client.ts'
import { PersistedJpegs } from './variants/persisted-jpegs.ts'
import { type KeepAlive, SingleFlight } from './variants/single-flight.ts'

/** What all requests of one plugin instance share, hence one per isolate. */
export interface Shared {
  readonly headers: HeaderCache
  readonly flights: SingleFlight<Jpeg | undefined>
  readonly memory: MemoryBudget
  readonly states: StateCache
}

/** Half of an isolate: the prefixes and JPEGs of all that is being made. */
const MAX_JPEG_MEMORY = 64 * 1024 * 1024

/** What one request works with. The transcoder, the origin and the queue are looked up only by those who need them. */
export interface Services extends Shared {
  readonly store: ImageStore
  readonly keepAlive: KeepAlive
  readonly jobs: () => Jobs
  readonly ingest: () => IngestServices
  readonly transcoder: () => Transcoder | undefined
  /** Undefined where JPEGs are not kept. */
  readonly persisted: PersistedJpegs | undefined
  readonly leases: LeaseClient | undefined
}

export function createShared(): Shared {
  return {
    headers: new HeaderCache(),
    flights: new SingleFlight(),
    memory: new MemoryBudget(MAX_JPEG_MEMORY),
    states: new StateCache(),
  }
}

export function servicesFor<E extends Env>(
  c: Context<E>,
  options: ResolvedOptions<E>,
  shared: Shared,
): Services {
  const bucket = requireBucket(options.bucket(c))
  const store = new ImageStore(bucket)
  const leases = options.lease(c)
  const jobs = () => jobsFor(c, options, ingest)
  const ingest = (): IngestServices => {
    const { announce, graceMs } = jobs()
    return { store, origin: options.origin(c), keepOriginal: options.keepOriginal(c), announce, graceMs }
  }
  return {
    ...shared,
    store,
    keepAlive: (work) => keepAlive(c, work),
    jobs,
    ingest,
    transcoder: () => options.transcoder(c),
    persisted: options.persist(c) ? new PersistedJpegs(bucket) : undefined,
    leases: leases && new LeaseClient(leases),
  }
}

/** A binding that is missing is the commonest mistake of a deployment. @throws StrataError OPTION_INVALID */
function requireBucket(bucket: R2Bucket | undefined): R2Bucket {
  if (typeof bucket?.get === 'function') return bucket
  throw new StrataError(
    'OPTION_INVALID',
    `imageCdn option bucket: expected it to give an R2 bucket, got ${typeof bucket}; see [[r2_buckets]] in wrangler.toml`,
  )
}

function jobsFor<E extends Env>(
  c: Context<E>,
  options: ResolvedOptions<E>,
  ingest: () => IngestServices,
): Jobs {
  const hooks = {
    'image.uploaded': options.onUploaded,
    'image.encoded': options.onEncoded,
    'image.failed': options.onFailed,
  }
  const context = {
    keepAlive: (work: Promise<unknown>) => keepAlive(c, work),
    callHook: (event: ImageEvent) => hooks[event.type](event, c),
    webhook: () => options.webhook(c),
    ingest,
  }
  const queue = options.queue(c)
  return queue === undefined ? localJobs(context) : queuedJobs((job) => send(queue, job), context)
}

async function send(queue: Queue<ImageJob>, job: ImageJob): Promise<void> {
  try {
    await queue.send(job)
  } catch (cause) {
    throw new StrataError('STORAGE_FAILED', 'the queue does not take the job', { cause })
  }
}

/** Work that goes on after the response. Hono throws where there is no execution context: there nothing cuts it off. */
export function keepAlive<E extends Env>(c: Context<E>, work: Promise<unknown>): void {
  try {
    c.executionCtx.waitUntil(work)
  } catch {
    work.catch(() => undefined)
  }
}

/** Accessors of options want a context of Hono; work that no request began gets one as well. */
export async function withContext<E extends Env>(
  env: unknown,
  execution: ExecutionContext,
  work: (c: Context<E>) => Promise<void>,
): Promise<void> {
  const app = new Hono<E>()
  app.all('*', async (c) => {
    await work(c)
    return c.body(null, 204)
  })
  app.onError((error) => {
    throw error
  })
  await app.fetch(new Request('http://strata.invalid/'), env as E['Bindings'], execution)
}
