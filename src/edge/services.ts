/*
 * Joins the rooms: makes what they work with from options and bindings. Each room names only what it needs, as an
 * interface of its own; only the door knows all of it.
 */

import { type Context, type Env, type ExecutionContext, Hono } from 'hono'
import { StrataError } from '../core/errors.ts'
import { TRACEPARENT } from '../core/http/traceparent.ts'
import { LruCache } from '../core/lru.ts'
import type { PulledServices } from './answer/pulled.ts'
import { Absences } from './ingest/absences.ts'
import type { IngestServices } from './ingest/encode-job.ts'
import type { ImageEvent } from './ingest/events.ts'
import { type ImageJob, type JobQueue, type Jobs, localJobs, queuedJobs } from './ingest/jobs.ts'
import type { JobServices } from './ingest/queue.ts'
import { UploadPlaces } from './ingest/upload-places.ts'
import type { WriteServices } from './ingest/write.ts'
import type { ResolvedOptions } from './options.ts'
import { OriginBreaker } from './origin/breaker.ts'
import { SentOriginals } from './origin/sent-originals.ts'
import { keepAlive } from './request/keep-alive.ts'
import { type Trace, traceOf } from './request/trace.ts'
import { HeaderCache } from './store/header-cache.ts'
import type { ObjectStore } from './store/object-store.ts'
import { r2Store } from './store/r2.ts'
import type { R2BucketLike } from './store/r2-bucket.ts'
import { StateCache } from './store/state-cache.ts'
import { ImageStore } from './store/store.ts'
import { MemoryBudget } from './transcoder/memory-budget.ts'
import { tracedTranscoder } from './transcoder/traced.ts'
import { CensusCache } from './variants/census.ts'
import { LeaseClient } from './variants/lease-client.ts'
import { Demand, type PromoteServices } from './variants/promotion.ts'
import { VariantQuota } from './variants/quota.ts'
import { SingleFlight } from './variants/single-flight.ts'
import { VariantStore } from './variants/variant-store.ts'

/** What all requests of one plugin instance share, hence those of one isolate. */
type Shared = Pick<
  PulledServices,
  'headers' | 'flights' | 'memory' | 'states' | 'demand' | 'censuses' | 'breaker' | 'sent' | 'pullMemory'
> & { readonly quota: VariantQuota; readonly uploads: UploadPlaces }

/** Bytes: half of an isolate's memory, for the prefixes and JPEGs of everything that is being made. */
const MAX_JPEG_MEMORY = 64 * 1024 * 1024

/** Pulled pictures of which an isolate knows when it last asked for them. */
const RESTS = 4096

/** What one request works with. Functions are called only where their result is needed. */
export type Services = PulledServices &
  WriteServices & {
    readonly ingest: () => IngestServices
    readonly promotion: () => PromoteServices
  }

export function createShared(): Shared {
  return {
    headers: new HeaderCache(),
    flights: new SingleFlight(),
    memory: new MemoryBudget(MAX_JPEG_MEMORY),
    states: new StateCache(),
    demand: new Demand(),
    censuses: new CensusCache(),
    quota: new VariantQuota(),
    breaker: new OriginBreaker(),
    sent: new SentOriginals(),
    uploads: new UploadPlaces(),
    pullMemory: {
      absences: new Absences(),
      pulls: new SingleFlight(),
      checks: new SingleFlight(),
      rests: new LruCache(RESTS),
    },
  }
}

/** @throws StrataError OPTION_INVALID when an option gives something that cannot be used */
export function servicesFor<E extends Env>(
  c: Context<E>,
  options: ResolvedOptions<E>,
  shared: Shared,
): Services {
  const bucket = objectStoreOf(options.bucket(c))
  const store = new ImageStore(bucket)
  const leases = options.lease(c)
  const variants = options.persist(c) ? new VariantStore(bucket, shared.quota) : undefined
  const dropStale = async (id: string) => {
    shared.states.forget(id)
    await variants?.removeStale(id, store)
  }
  const trace = traceOf(c.req.raw.headers.get(TRACEPARENT))
  const origin = () => ({ ...options.origin(c), trace })
  const { breaker, sent } = shared
  const promotion = () => ({ store, variants, breaker, sent, origin })
  const jobs = () => jobsFor(c, options, { ingest, promotion }, trace)
  const ingest = (): IngestServices => {
    const { announce, graceMs } = jobs()
    const keepOriginal = options.keepOriginal(c)
    return { store, origin: origin(), keepOriginal, dropStale, announce, graceMs }
  }
  return {
    ...shared,
    store,
    keepAlive: (work) => keepAlive(c, work),
    jobs,
    ingest,
    transcoder: () => tracedTranscoder(options.transcoder(c), trace),
    origin,
    variants,
    dropStale,
    promotion,
    promoteAfter: variants ? options.promote(c) : 0,
    leases: leases && new LeaseClient(leases),
  }
}

/** What the consumer of the queue works with. */
export function jobServicesFor<E extends Env>(
  c: Context<E>,
  options: ResolvedOptions<E>,
  shared: Shared,
): JobServices {
  const queue = options.queue(c)
  const services = servicesFor(c, options, shared)
  return {
    ingest: services.ingest(),
    promotion: services.promotion(),
    webhook: () => options.webhook(c),
    async send(job, delaySeconds) {
      if (queue === undefined)
        throw new StrataError('OPTION_INVALID', 'imageCdn option queue: expected a queue, got undefined')
      await queue.send(job, { delaySeconds })
    },
  }
}

/** A missing binding is the commonest mistake of a deployment. @throws StrataError OPTION_INVALID */
function objectStoreOf(bucket: R2BucketLike | ObjectStore | undefined): ObjectStore {
  if (typeof bucket?.get === 'function') return 'listsMetadata' in bucket ? bucket : r2Store(bucket)
  throw new StrataError(
    'OPTION_INVALID',
    `imageCdn option bucket: expected an R2 bucket or an S3 store, got ${typeof bucket}; see [[r2_buckets]] in wrangler.toml`,
  )
}

function jobsFor<E extends Env>(
  c: Context<E>,
  options: ResolvedOptions<E>,
  parts: Pick<Parameters<typeof localJobs>[0], 'ingest' | 'promotion'>,
  trace: Trace,
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
    ...parts,
  }
  const queue = options.queue(c)
  return queue === undefined
    ? localJobs(context)
    : queuedJobs((job) => send(queue, { ...job, ...trace.next() }), context)
}

async function send(queue: JobQueue, job: ImageJob): Promise<void> {
  try {
    await queue.send(job)
  } catch (cause) {
    throw new StrataError('STORAGE_FAILED', 'the queue does not take the job', { cause })
  }
}

/** Runs work that no request began with a Hono context, which the accessors of the options need. */
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
