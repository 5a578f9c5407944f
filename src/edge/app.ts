/*
 * The three handlers of a Worker: the plugin's routes (routes/), the consumer of its queue, the sweep.
 */

import { type Env, type ExecutionContext, Hono } from 'hono'
import { cors } from 'hono/cors'
import { StrataError } from '../core/errors.ts'
import { claimsUpload } from './access/upload-url.ts'
import { EXPOSED_HEADERS } from './answer/headers.ts'
import { readHealth } from './answer/read-info.ts'
import { errorResponse } from './errors.ts'
import { handleBatch, type JobBatch, type QueueOptions } from './ingest/queue.ts'
import { type SweepOptions, sweep } from './ingest/sweep.ts'
import type { ResolvedOptions } from './options.ts'
import { createRouteContext, onlyMethods } from './routes/context.ts'
import { addImageRoutes } from './routes/images.ts'
import { addSourceRoutes } from './routes/sources.ts'
import { createShared, jobServicesFor, servicesFor, withContext } from './services.ts'

/** The `queue` handler of a Worker. */
export type QueueHandler = (batch: JobBatch, env: unknown, context: ExecutionContext) => Promise<void>

/** The `scheduled` handler of a Worker. */
export type ScheduledHandler = (controller: unknown, env: unknown, context: ExecutionContext) => Promise<void>

/** The routes of the plugin, relative to where it is mounted. */
export function createEdgeApp<E extends Env>(options: ResolvedOptions<E>): Hono<E> {
  const context = createRouteContext(options)
  const app = new Hono<E>()
  app.use(
    cors({
      origin: options.allowOrigin,
      // Another site's page must not upload to a development server, which asks for no token; a signed URL is asked for one.
      allowMethods: (_origin, c) => ['GET', 'HEAD', ...(claimsUpload(new URL(c.req.url)) ? ['PUT'] : [])],
      allowHeaders: ['Content-Type', 'If-None-Match', 'If-Range', 'Range'],
      exposeHeaders: EXPOSED_HEADERS,
      maxAge: 86_400,
    }),
  )
  app.use(async function commonHeaders(c, next) {
    await next()
    c.res.headers.set('Cross-Origin-Resource-Policy', 'cross-origin')
    c.res.headers.set('Timing-Allow-Origin', options.allowOrigin)
    c.res.headers.set('X-Content-Type-Options', 'nosniff')
  })
  app.get('/health', (c) => readHealth(context.services(c)))
  app.all('/health', onlyMethods('GET, HEAD'))
  addImageRoutes(app, context)
  addSourceRoutes(app, context)
  app.all('*', () => {
    throw new StrataError('NOT_FOUND', 'address: expected img/ID, img/ID.json, src/SOURCE/PATH or health')
  })
  app.onError(errorResponse)
  return app
}

/** The consumer of the queue that option `queue` names. */
export function createQueueHandler<E extends Env>(
  options: ResolvedOptions<E>,
  queueOptions?: QueueOptions,
): QueueHandler {
  const shared = createShared()
  return async function queue(batch, env, context) {
    await withContext<E>(env, context, (c) =>
      handleBatch(batch, jobServicesFor(c, options, shared), queueOptions),
    )
  }
}

/** `sweep` as the handler of a cron trigger. */
export function createSweepHandler<E extends Env>(
  options: ResolvedOptions<E>,
  sweepOptions?: SweepOptions,
): ScheduledHandler {
  const shared = createShared()
  return async function scheduled(_controller, env, context) {
    await withContext<E>(env, context, async (c) => {
      const report = await sweep(servicesFor(c, options, shared), sweepOptions)
      console.log(JSON.stringify({ event: 'sweep', ...report }))
    })
  }
}
