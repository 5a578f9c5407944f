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
 * Answers of the transcoder and of the origin that are kept, each: they depend on nothing but the picture and what is asked,
 * while every host and every deployment has a cache of its own.
 */
const KEPT_ANSWERS = 20_000

/** The transcoder Worker's work, in this process: what it has made once it answers again at once. */
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

/** The origin in this process, as the plugin's option `origin` takes it: what it has made once it answers again at once. */
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
