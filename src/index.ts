import type { Env, Hono } from 'hono'
import {
  createEdgeApp,
  createQueueHandler,
  createSweepHandler,
  type QueueHandler,
  type ScheduledHandler,
} from './edge/app.ts'
import type { QueueOptions } from './edge/ingest/queue.ts'
import type { SweepOptions } from './edge/ingest/sweep.ts'
import type { ImageCdnOptions } from './edge/options.ts'
import { resolveOptions } from './edge/resolve-options.ts'

export type { StrataErrorCode } from './core/errors.ts'
export { StrataError } from './core/errors.ts'
export { parseSigningKeys, type Signing } from './edge/access/sign.ts'
export { type AnalyticsDataset, analyticsSink } from './edge/answer/analytics.ts'
export type { AnswerSource, ImageAnswer } from './edge/answer/observe.ts'
export type { QueueHandler, ScheduledHandler } from './edge/app.ts'
export type { ImageEvent, ImageEventType } from './edge/ingest/events.ts'
export type { ImageJob } from './edge/ingest/jobs.ts'
export type { QueueOptions } from './edge/ingest/queue.ts'
export type { SweepOptions } from './edge/ingest/sweep.ts'
export type { Webhook } from './edge/ingest/webhook.ts'
export type { ImageCdnOptions, ImageHook } from './edge/options.ts'
export type { Origin } from './edge/origin/origin.ts'
export { type ClientHintsOptions, clientHints, delegateCh } from './edge/request/client-hints.ts'
export type { RemoteSources } from './edge/sources/allow-list.ts'
export type { BucketSource, FolderSource, HttpSource, Sources } from './edge/sources/source-options.ts'
export type { ObjectStore } from './edge/store/object-store.ts'
export { type FetcherLike, serviceTranscoder } from './edge/transcoder/service.ts'
export type { TranscodeRequest, Transcoder } from './edge/transcoder/transcoder.ts'
export { placeholderStyle } from './format/placeholder-style.ts'

/**
 * The image CDN as a Hono app, to be mounted anywhere.
 *
 * @example
 * app.route('/cdn', imageCdn<{ Bindings: Bindings }>({
 *   bucket: (c) => c.env.IMAGES,
 *   transcoder: (c) => serviceTranscoder(c.env.TRANSCODER),
 *   origin: (c) => ({ url: c.env.ORIGIN_URL }),
 *   uploadToken: (c) => c.env.UPLOAD_TOKEN,
 * }))
 *
 * @throws StrataError OPTION_INVALID that names the option, what is expected and what came
 */
export function imageCdn<E extends Env = Env>(options: ImageCdnOptions<E>): Hono<E> {
  return createEdgeApp(resolveOptions(options))
}

/**
 * The consumer of the queue that option `queue` names, with the same options as `imageCdn`. Accessors are called with
 * a context that has `env` but no client's request.
 *
 * @example
 * export default { fetch: app.fetch, queue: imageQueue(options), scheduled: imageSweep(options) }
 *
 * @throws StrataError OPTION_INVALID
 */
export function imageQueue<E extends Env = Env>(
  options: ImageCdnOptions<E>,
  queueOptions?: QueueOptions,
): QueueHandler {
  return createQueueHandler(resolveOptions(options), queueOptions)
}

/**
 * A handler for a cron trigger, with the same options as `imageCdn`: resumes uploads whose encoding died, and removes
 * objects that no image names.
 * @throws StrataError OPTION_INVALID
 */
export function imageSweep<E extends Env = Env>(
  options: ImageCdnOptions<E>,
  sweepOptions?: SweepOptions,
): ScheduledHandler {
  return createSweepHandler(resolveOptions(options), sweepOptions)
}
