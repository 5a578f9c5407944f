import { type Context, Hono } from 'hono'
import { StrataError } from '../core/errors.ts'
import { readBody } from './body.ts'
import type { OriginConfig } from './config.ts'
import { type EncodePicture, encodeOriginal, parseParameters } from './encode.ts'
import { type Log, silentLog } from './log.ts'
import { createMetrics, METRICS_TYPE, type OriginMetrics } from './metrics.ts'
import { createQueue, type EncodeQueue } from './queue.ts'
import { requireToken } from './token.ts'

export interface OriginAppOptions {
  readonly encode: EncodePicture
  readonly config: Pick<OriginConfig, 'concurrency' | 'waiting' | 'maxBytes' | 'maxPixels' | 'token'>
  readonly log?: Log
}

interface Origin extends OriginAppOptions {
  readonly queue: EncodeQueue
  readonly metrics: OriginMetrics
  readonly log: Log
}

/**
 * The origin as an HTTP application:
 * `POST /encode?widths=&quality=&bg=` original in, verified .strata out; `GET /health`; `GET /metrics`.
 * Every error is `{ "error": { "code", "message" } }`.
 */
export function createOriginApp(options: OriginAppOptions): Hono {
  const origin: Origin = {
    ...options,
    queue: createQueue(options.config),
    metrics: createMetrics(),
    log: options.log ?? silentLog,
  }
  const app = new Hono()
  app.use(async (c, next) => {
    const start = performance.now()
    await next()
    c.header('Cache-Control', 'no-store')
    origin.metrics.request(c.res.status)
    const ms = Math.round(performance.now() - start)
    if (c.req.path === '/encode') origin.log('request', { method: c.req.method, status: c.res.status, ms })
  })
  app.post('/encode', (c) => encode(c, origin))
  app.get('/health', (c) =>
    c.json({ status: 'ok', active: origin.queue.active, waiting: origin.queue.waiting }),
  )
  app.get('/metrics', (c) =>
    c.text(origin.metrics.render(origin.queue), 200, { 'Content-Type': METRICS_TYPE }),
  )
  app.all('/encode', (c) => methodNotAllowed(c, 'POST'))
  app.all('/health', (c) => methodNotAllowed(c, 'GET, HEAD'))
  app.all('/metrics', (c) => methodNotAllowed(c, 'GET, HEAD'))
  app.notFound((c) =>
    answerError(new StrataError('NOT_FOUND', 'expected /encode, /health or /metrics'), c, origin),
  )
  app.onError((error, c) => answerError(error, c, origin))
  return app
}

async function encode(c: Context, { config, queue, metrics, ...origin }: Origin): Promise<Response> {
  requireToken(c.req.header('Authorization'), config.token)
  const { widths, quality, bg } = c.req.query()
  const parameters = parseParameters({ widths, quality, bg })
  const { signal } = c.req.raw
  const ticket = queue.admit()
  try {
    const original = await readBody(c.req.raw, config.maxBytes)
    const { maxPixels } = config
    const [file, seconds] = await ticket.run(
      () => timed(() => encodeOriginal(original, parameters, { encode: origin.encode, maxPixels, signal })),
      signal,
    )
    metrics.encoded(seconds, original.length, file.length)
    origin.log('encoded', {
      bytesIn: original.length,
      bytesOut: file.length,
      seconds: Number(seconds.toFixed(3)),
    })
    c.header('Content-Type', 'application/octet-stream')
    c.header('Server-Timing', `encode;dur=${Math.round(seconds * 1000)}`)
    return c.body(file as Uint8Array<ArrayBuffer>)
  } finally {
    ticket.release()
  }
}

function answerError(thrown: Error, c: Context, { queue, metrics, log, config }: Origin): Response {
  const error = asStrataError(thrown, c.req.raw.signal)
  metrics.error(error.code)
  if (error.status >= 500 && error.code !== 'ORIGIN_BUSY') {
    log('error', { code: error.code, message: thrown.message, stack: thrown.stack })
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

function methodNotAllowed(c: Context, allow: string): never {
  c.header('Allow', allow)
  throw new StrataError('METHOD_NOT_ALLOWED', `${c.req.path}: expected ${allow}, got ${c.req.method}`)
}

async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const start = performance.now()
  const result = await work()
  return [result, (performance.now() - start) / 1000]
}
