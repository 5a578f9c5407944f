import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { Hono } from 'hono'
import type { TranscodeRequest, Transcoder } from '../../src/edge/transcoder.ts'
import { writeStrata } from '../../src/format/writer.ts'
import { type ImageCdnOptions, imageCdn } from '../../src/index.ts'
import { sampleParts } from '../format/files.ts'

export const BUCKET = (env as unknown as { readonly IMAGES: R2Bucket }).IMAGES

/** Layers of 320, 640, 1280, 1920 and 2400 pixels, strips of random bytes. */
export function strataFile(seed = 1, widths = [320, 640, 1280, 1920, 2400]): Uint8Array {
  const width = widths.at(-1) ?? 1
  const ladder = widths.map((layerWidth) => ({ width: layerWidth, quality: 60 }))
  return writeStrata(
    sampleParts(width, Math.ceil(width / 2), ladder, { seed, maxStrip: 3000, placeholder: 48 }),
  )
}

/** A transcoder that decodes nothing: its answer spells out what it was asked for. */
export function fakeTranscoder(delayMs = 0) {
  const requests: (TranscodeRequest & { readonly bytes: number })[] = []
  const transcoder: Transcoder = {
    async transcode(prefix, request) {
      requests.push({ ...request, bytes: prefix.length })
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      return new TextEncoder().encode(`jpeg ${request.width}x${request.height} q${request.quality}`)
    },
  }
  return { transcoder, requests }
}

/** What the origin answers to each encode request in turn; the last one stays. */
export type Encode = (request: Request) => Response | Promise<Response>

/** The plugin mounted at /cdn over the real local bucket. The origin answers with whatever `encode` says. */
export function createCdn(encode: Encode, options: Partial<ImageCdnOptions> = {}) {
  const fake = fakeTranscoder()
  const app = new Hono()
  app.route(
    '/cdn',
    imageCdn({
      bucket: () => BUCKET,
      transcoder: () => fake.transcoder,
      origin: () => ({ url: 'http://origin.test/', fetch: async (request) => encode(request) }),
      development: () => true,
      ...options,
    }),
  )

  /** One request as the runtime makes it. Work after the response is waited for unless `background` is given. */
  async function request(
    path: string,
    init: RequestInit = {},
    background?: Promise<unknown>[],
  ): Promise<Response> {
    const context = createExecutionContext()
    const response = await app.fetch(new Request(`http://cdn.test${path}`, init), env, context)
    const rest = waitOnExecutionContext(context)
    if (background === undefined) await rest
    else background.push(rest)
    return response
  }

  function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> {
    return request(path, { method, headers })
  }

  function put(
    path: string,
    body: Uint8Array | string = 'a picture',
    headers: Record<string, string> = {},
    background?: Promise<unknown>[],
  ): Promise<Response> {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body
    const all = { 'Content-Length': String(bytes.length), 'Content-Type': 'image/png', ...headers }
    return request(path, { method: 'PUT', body: bytes, headers: all }, background)
  }

  return { request, get, put, transcodes: fake.requests }
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

export async function keysOf(id: string): Promise<string[]> {
  const lists = await Promise.all(
    ['original', 'strata'].map((kind) => BUCKET.list({ prefix: `${kind}/${id}/` })),
  )
  return lists.flatMap(({ objects }) => objects.map(({ key }) => key))
}
