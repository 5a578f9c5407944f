import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { r2Store } from '../../src/edge/store/r2.ts'
import type { OpenState } from '../../src/edge/store/state.ts'
import { ImageStore } from '../../src/edge/store/store.ts'
import type { TranscodeRequest, Transcoder } from '../../src/edge/transcoder/transcoder.ts'
import { writeStrata } from '../../src/format/writer.ts'
import { type ImageCdnOptions, type ImageJob, imageCdn, imageQueue } from '../../src/index.ts'
import { sampleParts } from '../format/files.ts'

export const BUCKET = (env as unknown as { readonly IMAGES: R2Bucket }).IMAGES

/** What the originals of these tests begin with. It is text, so that an origin can be told by what it got. */
const SIGNATURE = 'GIF89a'

/** A text as the body of a picture: with the first bytes of one. */
export function pictureOf(text: string): string {
  return text === '' || text.startsWith(SIGNATURE) ? text : SIGNATURE + text
}

/** What `put` uploads. */
export const ORIGINAL = pictureOf(' a picture')

/** Layers of 320, 640, 1280, 1920 and 2400 pixels, strips of random bytes, made from this original: see `pictureOf`. */
export function strataFile(
  seed = 1,
  widths = [320, 640, 1280, 1920, 2400],
  original: string | Uint8Array = ORIGINAL,
  maxStrip = 3000,
): Uint8Array {
  const width = widths.at(-1) ?? 1
  const height = Math.ceil(width / 2)
  const ladder = widths.map((layerWidth) => ({ width: layerWidth, quality: 60 }))
  const parts = sampleParts(width, height, ladder, { seed, maxStrip, placeholder: 48 })
  const bytes = typeof original === 'string' ? pictureOf(original) : original
  const sha256 = createHash('sha256').update(bytes).digest('hex').slice(0, 32)
  return writeStrata({ ...parts, source: { ...parts.source, sha256 } })
}

/** A transcoder that decodes nothing: its answer spells out what it was asked for. */
export function fakeTranscoder(delayMs = 0) {
  const requests: (TranscodeRequest & { readonly bytes: number })[] = []
  const transcoder: Transcoder = {
    async transcode(prefix, request) {
      requests.push({ ...request, bytes: prefix.length })
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      return new TextEncoder().encode(
        `${request.format} ${request.width}x${request.height} q${request.quality}`,
      )
    },
  }
  return { transcoder, requests }
}

/** What the origin answers to a request to render: by default that it is busy. */
type Render = (request: Request) => Response | Promise<Response>

/** What the origin answers to each encode request in turn; the last one stays. */
export type Encode = (request: Request) => Response | Promise<Response>

/** The plugin mounted at /cdn over the real local bucket. The origin answers with whatever `encode` says. */
export function createCdn(encode: Encode, options: Partial<ImageCdnOptions> = {}, render: Render = busy) {
  const fake = fakeTranscoder()
  const app = new Hono()
  const all: ImageCdnOptions = {
    bucket: () => BUCKET,
    transcoder: () => fake.transcoder,
    origin: () => ({
      url: 'http://origin.test/',
      fetch: async (request) =>
        new URL(request.url).pathname === '/render' ? render(request) : encode(request),
    }),
    development: () => true,
    ...options,
  }
  app.route('/cdn', imageCdn(all))

  /** One request as the runtime makes it. Work after the response is waited for unless `background` is given. */
  async function request(
    path: string,
    init: RequestInit = {},
    background?: Promise<unknown>[],
  ): Promise<Response> {
    const context = createExecutionContext()
    const response = await app.fetch(new Request(`http://cdn.localhost${path}`, init), env, context)
    const rest = waitOnExecutionContext(context)
    if (background === undefined) await rest
    else background.push(rest)
    return response
  }

  function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
    return request(path, { method, headers })
  }

  /** Uploads these bytes, or a text as `pictureOf` makes it one. */
  function put(
    path: string,
    body: Uint8Array | string = ORIGINAL,
    headers: Record<string, string> = {},
    background?: Promise<unknown>[],
  ): Promise<Response> {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(pictureOf(body)) : body
    const all = { 'Content-Length': String(bytes.length), 'Content-Type': 'image/png', ...headers }
    return request(path, { method: 'PUT', body: bytes, headers: all }, background)
  }

  return { request, get, put, transcodes: fake.requests, options: all }
}

function busy(): Response {
  const error = { code: 'ORIGIN_BUSY', message: 'busy' }
  return Response.json({ error }, { status: 503, headers: { 'Retry-After': '3' } })
}

type Sent = { readonly body: ImageJob; readonly delaySeconds: number }

/** The plugin with a queue whose messages the test delivers itself, one at a time and as often as it likes. */
export function createQueuedCdn(
  encode: Encode,
  options: Partial<ImageCdnOptions> = {},
  render: Render = busy,
) {
  const sent: Sent[] = []
  const queue = {
    send: async (body: ImageJob, { delaySeconds = 0 } = {}) => void sent.push({ body, delaySeconds }),
  } as unknown as Queue<ImageJob>
  const all: Partial<ImageCdnOptions> = { queue: () => queue, ...options }
  const cdn = createCdn(encode, all, render)
  const handler = imageQueue({ ...cdn.options, ...all })

  /** What the consumer makes of a message: 'ack', or the seconds after which it wants it again. */
  async function deliver(
    body: unknown,
    { id = 'message', attempts = 1, queue = 'strata-jobs' } = {},
  ): Promise<'ack' | number> {
    let outcome: 'ack' | number = Number.NaN
    const ack = () => {
      outcome = 'ack'
    }
    const retry = ({ delaySeconds = 0 } = {}) => {
      outcome = delaySeconds
    }
    // Those of the test pool do not tell the delay.
    const message = { id, timestamp: new Date(), attempts, body, ack, retry }
    const batch = { queue, messages: [message] } as unknown as MessageBatch
    const context = createExecutionContext()
    await handler(batch, env, context)
    await waitOnExecutionContext(context)
    return outcome
  }

  return { ...cdn, sent, deliver }
}

/** An origin that always answers with this file. */
export function answerWith(file: Uint8Array): Encode {
  return () => new Response(file, { headers: { 'Content-Type': 'application/octet-stream' } })
}

export async function bytesOf(response: Response): Promise<Uint8Array> {
  return new Uint8Array(await response.arrayBuffer())
}

/** `response.text()` of an image makes workerd warn on the console. */
export async function textOf(response: Response): Promise<string> {
  return new TextDecoder().decode(await bytesOf(response))
}

export async function errorOf(response: Response): Promise<{ code: string; message: string }> {
  const body = await response.json<{ error: { code: string; message: string } }>()
  return body.error
}

/** An upload of ORIGINAL that is not encoded yet, as a request that has gone left it. */
export async function writeOpen(id: string, record: Partial<OpenState> = {}): Promise<void> {
  const original = `original/${id}/t`
  await BUCKET.put(original, ORIGINAL)
  const sha256 = createHash('sha256').update(ORIGINAL).digest('hex')
  const upload = { token: 't', uploaded: '', sha256, params: {}, original }
  const state: OpenState = { status: 'queued', ...upload, attempt: 0, leaseUntil: 0, ...record }
  const store = new ImageStore(r2Store(BUCKET))
  await store.writeState(id, state, (await store.readState(id))?.etag)
}

export async function keysOf(id: string): Promise<string[]> {
  const lists = await Promise.all(
    ['original', 'strata'].map((kind) => BUCKET.list({ prefix: `${kind}/${id}/` })),
  )
  return lists.flatMap(({ objects }) => objects.map(({ key }) => key))
}
