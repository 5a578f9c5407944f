import { createHash } from 'node:crypto'
import { embed } from '../../codec/hyperthumbnail/embed.ts'
import { loadHyperThumbnail } from '../../codec/hyperthumbnail/load.ts'
import type { Rescaler } from '../../codec/rescaler.ts'
import { ENCODE_SIGNATURE } from '../../core/http/encode-signature.ts'
import { LruCache } from '../../core/lru.ts'
import { EMBED_MODELS } from '../../edge/transcoder/embed-models.ts'
import { transcodeLayer } from '../../edge/transcoder/transcode-layer.ts'
import type { Transcoder } from '../../edge/transcoder/transcoder.ts'
import { composeEncode, composePreview } from '../../node/compose.ts'
import { createOriginApp } from '../../origin/app.ts'
import { createWasmJpeg } from '../../pixels/jpeg/forward-wasm.ts'
import type { Runtime } from '../../runtime/types.ts'
import { transcodeParts } from '../transcode-parts.ts'

type EmbedArguments = Parameters<Rescaler['embed']>

/**
 * Number of answers of the transcoder, and of the origin, that are kept. They depend only on the picture and the
 * request, while every host and every deployment has its own cache.
 */
const KEPT_ANSWERS = 20_000

/** The transcoder Worker in this process, with a cache of its answers. */
export function createTranscoder(runtime: Runtime): Transcoder {
  const parts = transcodeParts(runtime)
  const kernel = createWasmJpeg(runtime.kernels as NonNullable<Runtime['kernels']>)
  const models = new Map<number, ReturnType<typeof loadHyperThumbnail>>()
  const modelOf = (factor: number) => {
    const model = models.get(factor) ?? loadHyperThumbnail(runtime, factor)
    models.set(factor, model)
    return model
  }
  async function rescaler(factor: number) {
    const model = await modelOf(factor)
    if (model === undefined) return undefined
    const hide = (...[rows, options]: EmbedArguments) => embed(rows, options, { model, kernel })
    return { factor: model.factor, embed: hide }
  }
  const pictures = new LruCache<string, Uint8Array>(KEPT_ANSWERS)
  return {
    embedModels: EMBED_MODELS,
    async transcode(prefix, request) {
      const key = `${hashOf(prefix)} ${JSON.stringify(request)}`
      const picture = pictures.get(key) ?? (await transcodeLayer(prefix, request, { ...parts, rescaler }))
      pictures.set(key, picture)
      return picture.slice()
    },
  }
}

const CONFIG = {
  ...{ concurrency: 1, waiting: 1000, renders: 1, rendersWaiting: 1000 },
  ...{ keptBytes: 2 ** 26, maxBytes: 2 ** 20, maxPixels: 10e6, token: undefined, key: undefined },
}

interface KeptAnswer {
  readonly body: Uint8Array<ArrayBuffer>
  readonly headers: readonly [string, string][]
}

/** The origin in this process, for the plugin's option `origin`, with a cache of its answers. */
export async function createOrigin() {
  const app = createOriginApp({
    encode: await composeEncode({ verify: true }),
    preview: composePreview,
    config: CONFIG,
  })
  const answers = new LruCache<string, KeptAnswer>(KEPT_ANSWERS)
  return {
    url: 'http://origin.invalid',
    async fetch(request: Request): Promise<Response> {
      const { pathname, search } = new URL(request.url)
      const key = `${request.headers.get(ENCODE_SIGNATURE.content)} ${pathname}${search}`
      const known = answers.get(key)
      if (known) {
        await request.body?.cancel()
        return new Response(known.body, { headers: [...known.headers] })
      }
      const response = await app.fetch(request)
      if (response.status !== 200) return response
      const body = new Uint8Array(await response.arrayBuffer())
      answers.set(key, { body, headers: [...response.headers] })
      return new Response(body, response)
    },
  }
}

export function hashOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 22)
}
