import { type Context, Hono } from 'hono'
import { readAtMost } from '../../core/body.ts'
import { StrataError } from '../../core/errors.ts'
import { MAX_DIMENSION, MAX_LAYERS } from '../../format/layout.ts'
import { errorResponse, MethodNotAllowed } from '../errors.ts'
import { choice, colour, type EmbedFactor, integer, single } from '../request/params.ts'
import { keepAlive } from '../services.ts'
import { SerialQueue } from './serial-queue.ts'
import { type TranscodeParts, transcodeLayer } from './transcode-layer.ts'
import type { TranscodeRequest } from './transcoder.ts'

/** As many as are worth waiting for: the last of them waits a few seconds. */
const QUEUE_CAPACITY = 32
/** A prefix up to the widest layer that is decoded at the edge is far below this. */
const MAX_PREFIX_BYTES = 32 * 1024 * 1024

/**
 * The transcoder as an HTTP application: `POST /transcode?layer&w&h&q&ht`, body = file bytes [0, end[layer]), answers
 * image/jpeg or the JSON error. One picture at a time.
 */
export function createTranscodeApp(parts: TranscodeParts): Hono {
  const queue = new SerialQueue(QUEUE_CAPACITY)
  const app = new Hono()
  app.get('/health', (c) => c.json({ status: 'ok' }, 200, { 'Cache-Control': 'no-store' }))
  app.post('/transcode', async function transcode(c) {
    const request = parseRequest(new URL(c.req.url).searchParams)
    const { body, signal } = c.req.raw
    const job = async () => {
      // Only now: what waits in the line has its bytes still at the sender.
      const prefix = await readAtMost(body, MAX_PREFIX_BYTES)
      if (prefix === undefined) {
        throw new StrataError('INPUT_TOO_LARGE', `body: expected at most ${MAX_PREFIX_BYTES} bytes`)
      }
      return await transcodeLayer(prefix, request, parts, signal)
    }
    const jpeg = await queue.run((work) => keepAlive(c, work), job)
    return c.body(jpeg, 200, { 'Content-Type': 'image/jpeg', 'Cache-Control': 'no-store' })
  })
  app.all('/transcode', (c) => {
    throw new MethodNotAllowed(c.req.method, 'POST')
  })
  app.all('*', (c: Context) => {
    throw new StrataError('NOT_FOUND', `address: expected /transcode or /health, got ${c.req.path}`)
  })
  app.onError(errorResponse)
  return app
}

function parseRequest(query: URLSearchParams): TranscodeRequest {
  const value = (name: string, min: number, max: number) => integer(name, single(query, name) ?? '', min, max)
  const fit = single(query, 'fit')
  const background = single(query, 'bg')
  return {
    ...(fit !== undefined && { fit: choice('fit', fit, ['contain', 'cover']) }),
    ...(background !== undefined && { background: colour('bg', background) }),
    layer: value('layer', 0, MAX_LAYERS - 1),
    width: value('w', 1, MAX_DIMENSION),
    height: value('h', 1, MAX_DIMENSION),
    quality: value('q', 1, 100),
    ht: value('ht', 1, 4) as EmbedFactor,
  }
}
