import { type Context, Hono } from 'hono'
import { readAtMost } from '../../core/body.ts'
import { StrataError } from '../../core/errors.ts'
import { mediaTypeOf } from '../../format/media-type.ts'
import { errorResponse, methodNotAllowed } from '../errors.ts'
import { keepAlive } from '../request/keep-alive.ts'
import { SerialQueue } from './serial-queue.ts'
import { type TranscodeParts, transcodeLayer } from './transcode-layer.ts'
import { fromQuery } from './wire.ts'

/** Pictures in the queue, the one at work included: the last of them waits a few seconds. */
const QUEUE_CAPACITY = 32
/** Bytes; a prefix up to the widest layer that is decoded at the edge is far below this. */
const MAX_PREFIX_BYTES = 32 * 1024 * 1024

/**
 * The second Worker: `POST /transcode` (query: wire.ts; body: file bytes [0, end[layer])) answers the picture or the
 * JSON error. It makes one picture at a time.
 */
export function createTranscodeApp(parts: TranscodeParts): Hono {
  const queue = new SerialQueue(QUEUE_CAPACITY)
  const app = new Hono()
  app.get('/health', (c) => c.json({ status: 'ok' }, 200, { 'Cache-Control': 'no-store' }))
  app.post('/transcode', async function transcode(c) {
    const request = fromQuery(new URL(c.req.url).searchParams)
    const { body, signal } = c.req.raw
    const job = async () => {
      // Read only now: while a request waits, its bytes stay with the sender.
      const prefix = await readAtMost(body, MAX_PREFIX_BYTES)
      if (prefix === undefined) {
        throw new StrataError('INPUT_TOO_LARGE', `body: expected at most ${MAX_PREFIX_BYTES} bytes`)
      }
      return await transcodeLayer(prefix, request, parts, signal)
    }
    const picture = await queue.run((work) => keepAlive(c, work), job)
    const type = mediaTypeOf(request.format)
    return c.body(picture, 200, { 'Content-Type': type, 'Cache-Control': 'no-store' })
  })
  app.all('/transcode', (c) => {
    throw methodNotAllowed(c.req.method, 'POST')
  })
  app.all('*', (c: Context) => {
    throw new StrataError('NOT_FOUND', `address: expected /transcode or /health, got ${c.req.path}`)
  })
  app.onError(errorResponse)
  return app
}
