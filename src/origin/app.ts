/**
 * src/origin is the server that encodes for the edge: its routes, configuration, queue, authentication, metrics and log. How a
 * picture is read and encoded is in src/node, which the command line uses as well.
 * @module
 */

import { type Context, Hono } from 'hono'
import { StrataError } from '../core/errors.ts'
import { PREVIEW_HEADER } from '../format/preview.ts'
import { type EncodePicture, encodeOriginal, parseParameters } from '../node/encode.ts'
import { readBody } from './body.ts'
import type { OriginConfig } from './config.ts'
import { type Log, silentLog } from './log.ts'
import { createMetrics, METRICS_TYPE, type OriginMetrics } from './metrics.ts'
import { createQueue, type EncodeQueue } from './queue.ts'
import { REQUEST_ID, requestIdOf } from './request-id.ts'
import { requireSignature } from './signature.ts'
import { requireToken } from './token.ts'

export interface OriginAppOptions {
  readonly encode: EncodePicture
  /** A file's placeholder as a data URI, for the edge. @default none */
  readonly preview?: (file: Uint8Array) => Promise<string | undefined>
  readonly config: Pick<OriginConfig, 'concurrency' | 'waiting' | 'maxBytes' | 'maxPixels' | 'token' | 'key'>
  readonly log?: Log
  /** Loads what encoding needs; rejects when it cannot. Asked by `/ready`. @default nothing to load */
  readonly prepare?: () => Promise<unknown>
  /** Whether the server is about to stop, so that no new work should come. @default never */
  readonly draining?: () => boolean
}

type OriginEnv = { readonly Variables: { requestId: string } }
type OriginContext = Context<OriginEnv>

interface Origin extends OriginAppOptions {
  readonly queue: EncodeQueue
  readonly metrics: OriginMetrics
  readonly log: Log
}

/**
 * The origin as an HTTP application:
 * `POST /encode?widths=&quality=&bg=` original in, verified .strata out (`Strata-Placeholder`: a data URI); `GET /health`: it lives;
 * `GET /ready`: it takes work; `GET /metrics`. Every answer has an `X-Request-Id`, the caller's where it sent one. Every error is `{ "error": { "code", "message" } }`.
 */
export function createOriginApp(options: OriginAppOptions): Hono<OriginEnv> {
  const origin: Origin = {
    ...options,
    queue: createQueue(options.config),
    metrics: createMetrics(options.config),
    log: options.log ?? silentLog,
  }
  const app = new Hono<OriginEnv>()
  app.use(async (c, next) => {
    const start = performance.now()
    const requestId = requestIdOf(c.req.header(REQUEST_ID))
    c.set('requestId', requestId)
    await next()
    c.header('Cache-Control', 'no-store')
    c.header(REQUEST_ID, requestId)
    const ms = performance.now() - start
    const { method, path } = c.req
    origin.metrics.request(c.res.status, path === '/encode' ? ms / 1000 : undefined)
    if (path === '/encode')
      origin.log('request', { requestId, method, status: c.res.status, ms: Math.round(ms) })
  })
  app.post('/encode', (c) => encode(c, origin))
  app.get('/health', (c) =>
    c.json({ status: 'ok', active: origin.queue.active, waiting: origin.queue.waiting }),
  )
  app.get('/ready', (c) => ready(c, origin))
  app.get('/metrics', (c) =>
    c.text(origin.metrics.render(origin.queue), 200, { 'Content-Type': METRICS_TYPE }),
  )
  app.all('/encode', (c) => methodNotAllowed(c, 'POST'))
  app.all('/health', (c) => methodNotAllowed(c, 'GET, HEAD'))
  app.all('/ready', (c) => methodNotAllowed(c, 'GET, HEAD'))
  app.all('/metrics', (c) => methodNotAllowed(c, 'GET, HEAD'))
  app.notFound((c) =>
    answerError(new StrataError('NOT_FOUND', 'expected /encode, /health, /ready or /metrics'), c, origin),
  )
  app.onError((error, c) => answerError(error, c, origin))
  return app
}

/** Whether a balancer should send work here: 503 while the models do not load, all places are taken, or it stops. */
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

async function encode(c: OriginContext, { config, queue, metrics, ...origin }: Origin): Promise<Response> {
  requireToken(c.req.header('Authorization'), config.token)
  const checkBody = await requireSignature(c.req.raw, config.key)
  const { widths, quality, bg } = c.req.query()
  const parameters = parseParameters({ widths, quality, bg })
  const { signal } = c.req.raw
  const ticket = queue.admit()
  try {
    const [original, bodySeconds] = await timed(() => readBody(c.req.raw, config.maxBytes))
    checkBody(original)
    const bytesIn = original.length // before it is taken over
    const { maxPixels } = config
    const [[file, seconds], bothSeconds] = await timed(() =>
      ticket.run(
        () => timed(() => encodeOriginal(original, parameters, { encode: origin.encode, maxPixels, signal })),
        signal,
      ),
    )
    metrics.encoded(
      { body: bodySeconds, queue: bothSeconds - seconds, encode: seconds },
      bytesIn,
      file.length,
    )
    origin.log('encoded', {
      requestId: c.get('requestId'),
      bytesIn,
      bytesOut: file.length,
      seconds: Number(seconds.toFixed(3)),
    })
    const preview = await origin.preview?.(file)
    if (preview !== undefined) c.header(PREVIEW_HEADER, preview)
    c.header('Content-Type', 'application/octet-stream')
    c.header('Server-Timing', `encode;dur=${Math.round(seconds * 1000)}`)
    return c.body(file as Uint8Array<ArrayBuffer>)
  } finally {
    ticket.release()
  }
}

function answerError(thrown: Error, c: OriginContext, { queue, metrics, log, config }: Origin): Response {
  const error = asStrataError(thrown, c.req.raw.signal)
  metrics.error(error.code)
  if (error.status >= 500 && error.code !== 'ORIGIN_BUSY') {
    log('error', {
      requestId: c.get('requestId'),
      code: error.code,
      message: thrown.message,
      stack: thrown.stack,
    })
  }
  if (error.code === 'ORIGIN_BUSY') {
    const seconds = (metrics.meanSeconds() * (queue.active + queue.waiting)) / config.concurrency
    c.header('Retry-After', String(Math.min(120, Math.max(1, Math.ceil(seconds)))))
  }
  // Hono's types know no 499; nobody reads that answer anyway.
  return c.json({ error: { code: error.code, message: error.message } }, error.status as 500)
}

/** What is not ours becomes INTERNAL without its text, which may name paths; the log has it. */
function asStrataError(thrown: unknown, signal: AbortSignal): StrataError {
  if (signal.aborted) return new StrataError('ABORTED', 'the client went away', { cause: thrown })
  if (thrown instanceof StrataError) return thrown
  return new StrataError('INTERNAL', 'the origin failed; its log says why', { cause: thrown })
}

function methodNotAllowed(c: OriginContext, allow: string): never {
  c.header('Allow', allow)
  throw new StrataError('METHOD_NOT_ALLOWED', `${c.req.path}: expected ${allow}, got ${c.req.method}`)
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now()
  const result = await work()
  return [result, (performance.now() - start) / 1000]
}
