/**
 * src/origin is the server that encodes and renders for the edge: its routes, configuration, queue, authentication, metrics and log. How a
 * picture is read, encoded and rendered is in src/node, which the command line uses as well.
 * @module
 */

import { Hono } from 'hono'
import { StrataError } from '../core/errors.ts'
import { parseTraceparent, TRACEPARENT } from '../core/http/traceparent.ts'
import { renderPicture, shareThreads } from '../node/render/render.ts'
import { answerError } from './answer-error.ts'
import { encode } from './encode-route.ts'
import { silentLog } from './log.ts'
import { createMetrics, METRICS_TYPE } from './metrics.ts'
import { Originals } from './originals.ts'
import { createQueue, type WorkQueue } from './queue.ts'
import { createRenderMetrics } from './render-metrics.ts'
import { render } from './render-route.ts'
import { REQUEST_ID, requestIdOf } from './request-id.ts'
import {
  namesOf,
  type Origin,
  type OriginAppOptions,
  type OriginContext,
  type OriginEnv,
} from './services.ts'
import { requireToken } from './token.ts'

export type { OriginAppOptions } from './services.ts'

/** What takes a picture. */
const WORK: readonly string[] = ['/encode', '/render']

/** Expected seconds of an encode, until some have been timed. */
const ENCODE_SECONDS = 5

/**
 * Renders that are expected to take more seconds than this leave one worker to the others. Nearly every AVIF that nobody waits
 * for is one of them, and of the others only the largest.
 */
const LONG_RENDER = 0.75

/**
 * The origin as an HTTP application:
 * `POST /encode?widths=&quality=&bg=&coding=` original in, verified .strata out (`Strata-Placeholder`: a data URI; `Strata-Frames`: of an
 * animation; `Strata-Focus`: what the eye goes to first);
 * `POST /render?w=&h=&fit=&focus=&bg=&f=&q=&frames=&wait=` original in, picture out (`Strata-Size`: its size), in a line of its own, without
 * a body where one of the hash `Strata-Content-SHA256` was sent before; `GET /health`: it lives;
 * `GET /ready`: it takes work; `GET /metrics`, which asks for the token too where there is one. Every answer has an `X-Request-Id`, the caller's where it sent one. Every error is `{ "error": { "code", "message" } }`.
 */
export function createOriginApp(options: OriginAppOptions): Hono<OriginEnv> {
  const { config } = options
  shareThreads(config.renders)
  const origin: Origin = {
    ...options,
    render: options.render ?? renderPicture,
    queue: createQueue({ ...config, secondsPerCost: ENCODE_SECONDS }),
    renders: createQueue({
      concurrency: config.renders,
      waiting: config.rendersWaiting,
      secondsPerCost: 1,
      longCost: LONG_RENDER,
    }),
    originals: new Originals(config.keptBytes),
    metrics: createMetrics(config),
    renderMetrics: createRenderMetrics(),
    log: options.log ?? silentLog,
  }
  const app = new Hono<OriginEnv>()
  app.use(async (c, next) => {
    const start = performance.now()
    c.set('requestId', requestIdOf(c.req.header(REQUEST_ID)))
    c.set('traceId', parseTraceparent(c.req.header(TRACEPARENT))?.traceId)
    await next()
    c.header('Cache-Control', 'no-store')
    c.header(REQUEST_ID, c.get('requestId'))
    const ms = performance.now() - start
    const { method, path } = c.req
    origin.metrics.request(c.res.status, path === '/encode' ? ms / 1000 : undefined)
    if (WORK.includes(path))
      origin.log('request', { ...namesOf(c), method, path, status: c.res.status, ms: Math.round(ms) })
  })
  app.post('/encode', (c) => encode(c, origin))
  app.post('/render', (c) => render(c, origin))
  app.get('/health', (c) => {
    const lengths = ({ active, waiting }: WorkQueue) => ({ active, waiting })
    return c.json({ status: 'ok', ...lengths(origin.queue), renders: lengths(origin.renders) })
  })
  app.get('/ready', (c) => ready(c, origin))
  app.get('/metrics', (c) => {
    if (!(config.openMetrics ?? config.token === undefined))
      requireToken(c.req.header('Authorization'), config.token, 'ORIGIN_TOKEN')
    const text = origin.metrics.render(origin.queue) + origin.renderMetrics.render(origin.renders)
    return c.text(text, 200, { 'Content-Type': METRICS_TYPE })
  })
  for (const path of WORK) app.all(path, (c) => methodNotAllowed(c, 'POST'))
  app.all('/health', (c) => methodNotAllowed(c, 'GET, HEAD'))
  app.all('/ready', (c) => methodNotAllowed(c, 'GET, HEAD'))
  app.all('/metrics', (c) => methodNotAllowed(c, 'GET, HEAD'))
  app.notFound((c) =>
    answerError(
      new StrataError('NOT_FOUND', 'expected /encode, /render, /health, /ready or /metrics'),
      c,
      origin,
    ),
  )
  app.onError((error, c) => answerError(error, c, origin))
  return app
}

/** Whether a balancer should send work here: 503 while the models do not load, all places for encodes are taken, or it stops. */
async function ready(c: OriginContext, { prepare, draining, queue, config }: Origin): Promise<Response> {
  const busy = queue.active + queue.waiting >= config.concurrency + config.waiting
  const loaded = async () =>
    (await prepare?.().then(
      () => true,
      () => false,
    )) ?? true
  const status = draining?.() ? 'draining' : busy ? 'busy' : (await loaded()) ? 'ready' : 'models do not load'
  if (status !== 'ready') c.header('Retry-After', '5')
  return c.json({ status }, status === 'ready' ? 200 : 503)
}

function methodNotAllowed(c: OriginContext, allow: string): never {
  c.header('Allow', allow)
  throw new StrataError('METHOD_NOT_ALLOWED', `${c.req.path}: expected ${allow}, got ${c.req.method}`)
}
