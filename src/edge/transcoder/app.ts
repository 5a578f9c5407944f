import { type Context, Hono } from 'hono'
import { readAtMost } from '../../core/body.ts'
import { invalidParam, StrataError } from '../../core/errors.ts'
import type { RgbImage } from '../../core/image.ts'
import { MAX_PREFIX_BYTES } from '../../core/limits/table.ts'
import type { Turn } from '../../core/scheduler.ts'
import { mediaTypeOf } from '../../format/media-type.ts'
import { readHeader } from '../../format/reader.ts'
import { errorResponse, methodNotAllowed } from '../errors.ts'
import { keepAlive } from '../request/keep-alive.ts'
import { costOf, KILOPIXELS_PER_SECOND } from './cost.ts'
import { checkOutputSize } from './limits.ts'
import { SerialQueue } from './serial-queue.ts'
import { type DecodeRows, type TranscodeParts, transcodeLayer } from './transcode-layer.ts'
import type { TranscodeRequest } from './transcoder.ts'
import { costFromQuery, fromQuery } from './wire.ts'

/** Kilopixels that may wait: the last of them waits some 6 seconds. */
const QUEUE_CAPACITY = 40_000
/**
 * Kilopixels up to which a picture is made between two strips of a longer one: an AVIF of 1280x853. Its decoder and its
 * encoder must find room beside a decoder that is stopped.
 */
const LONG_COST = 3000
/** Width of the widest layer whose decoder leaves that room while it is stopped: its memory grows with the width. */
const MAX_STOPPED_WIDTH = 2048
/** A caller of another version may count a little differently. */
const MAX_COST_ERROR = 2

/**
 * The second Worker: `POST /transcode` (query: wire.ts; body: file bytes [0, end[layer])) answers the picture or the
 * JSON error; `GET /health`: the models load. It makes one picture at a time, and short ones between the strips of a long one.
 */
export function createTranscodeApp(parts: TranscodeParts): Hono {
  const queue = new SerialQueue({
    capacity: QUEUE_CAPACITY,
    longCost: LONG_COST,
    secondsPerCost: 1 / KILOPIXELS_PER_SECOND,
  })
  const app = new Hono()
  app.get('/health', (c) => health(c, parts))
  app.post('/transcode', async function transcode(c) {
    const query = new URL(c.req.url).searchParams
    const request = fromQuery(query)
    checkOutputSize(request)
    const claimed = costFromQuery(query)
    const { body, signal } = c.req.raw
    const job = async (turn: Pick<Turn, 'correct' | 'step'>) => {
      // Read only now: while a request waits, its bytes stay with the sender.
      const prefix = await readAtMost(body, MAX_PREFIX_BYTES)
      if (prefix === undefined) {
        throw new StrataError('INPUT_TOO_LARGE', `body: expected at most ${MAX_PREFIX_BYTES} bytes`)
      }
      turn.correct(checkedCost(prefix, request, claimed))
      const decodeRows: DecodeRows = (...args) => inSteps(parts.decodeRows(...args), turn)
      return await transcodeLayer(prefix, request, { ...parts, decodeRows }, signal)
    }
    // Where the cost is not known it counts as long, so that it is never made beside another one.
    const cost = claimed ?? LONG_COST + 1
    const picture = await queue.run(cost, (work) => keepAlive(c, work), job, signal)
    const type = mediaTypeOf(request.format)
    return c.body(picture, 200, { 'Content-Type': type, 'Cache-Control': 'no-store' })
  })
  app.all('/transcode', (c) => {
    throw methodNotAllowed(c.req.method, 'POST')
  })
  app.all('/health', (c) => {
    throw methodNotAllowed(c.req.method, 'GET, HEAD')
  })
  app.all('*', (c: Context) => {
    throw new StrataError('NOT_FOUND', `address: expected /transcode or /health, got ${c.req.path}`)
  })
  app.onError(errorResponse)
  return app
}

async function health(c: Context, { prepare }: TranscodeParts): Promise<Response> {
  const headers = { 'Cache-Control': 'no-store' }
  try {
    await prepare?.()
    return c.json({ status: 'ok' }, 200, headers)
  } catch (error) {
    console.error(JSON.stringify({ event: 'unhealthy', message: String(error) }))
    return c.json({ status: 'models do not load' }, 503, { ...headers, 'Retry-After': '5' })
  }
}

/**
 * What the picture costs. Place and room in the line were given for what the caller claimed.
 * @throws StrataError PARAM_INVALID where that was far too little
 */
function checkedCost(prefix: Uint8Array, request: TranscodeRequest, claimed: number | undefined): number {
  const cost = costOf(readHeader(prefix).layers, request)
  if (claimed === undefined || cost <= MAX_COST_ERROR * claimed) return cost
  throw invalidParam('cost', `${cost}, as the layers say`, claimed)
}

/** The same strips; before each but the first a shorter job may run, if there is memory for it. */
async function* inSteps(
  strips: AsyncIterable<RgbImage>,
  { step }: Pick<Turn, 'step'>,
): AsyncGenerator<RgbImage> {
  for await (const strip of strips) {
    const mayStop = strip.width <= MAX_STOPPED_WIDTH
    yield strip
    if (mayStop) await step()
  }
}
