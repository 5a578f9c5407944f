import sharp from 'sharp'
import { hills, paint } from '../../src/bench/pictures/hills.ts'
import { transcodeParts } from '../../src/bench/transcode-parts.ts'
import { sha256 } from '../../src/core/hash.ts'
import type { RgbImage } from '../../src/core/image.ts'
import { renderAtOrigin } from '../../src/edge/origin/render.ts'
import { DEFAULT_RULES } from '../../src/edge/plan/default-rules.ts'
import { makePlan } from '../../src/edge/plan/plan.ts'
import type { TranscodePlan } from '../../src/edge/plan/types.ts'
import { readAccept } from '../../src/edge/request/accept.ts'
import { readHints } from '../../src/edge/request/hints.ts'
import { parseImageParams } from '../../src/edge/request/params.ts'
import { transcodeLayer } from '../../src/edge/transcoder/transcode-layer.ts'
import { ladderFor } from '../../src/format/ladder.ts'
import { readHeader } from '../../src/format/reader.ts'
import { createRuntime } from '../../src/node/compose.ts'
import { loadCodec } from '../../src/node/file-codec.ts'
import { resizeLanczos } from '../../src/node/ingest/ingest.ts'
import { createOriginApp } from '../../src/origin/app.ts'
import { readConfig } from '../../src/origin/config.ts'
import { type MakePicture, ORIGINAL, pictureConformance, sameLook } from '../conformance/picture.ts'
import { fakeEncode } from '../origin/fixtures.ts'

const codec = loadCodec()

/** Both ways of the product to pictures of one original. */
function makersOf(original: RgbImage): Record<'edge' | 'origin', () => Promise<MakePicture>> {
  const encoding = encode(original)
  return {
    /** Decoder and encoders of the transcoder, in this process. */
    async edge() {
      const parts = transcodeParts(await createRuntime('wasm'))
      const file = await encoding
      return async (query) => {
        const { length, request } = planOf(file, query)
        return await transcodeLayer(file.subarray(0, length), request, parts)
      }
    },
    /** What the edge asks of an origin, answered by its application. */
    async origin() {
      const app = createOriginApp({ encode: fakeEncode, config: readConfig({}) })
      const origin = { url: 'http://origin', fetch: async (request: Request) => await app.fetch(request) }
      const png = new Uint8Array(await pngOf(original))
      const file = await encoding
      return async (query) => {
        const { render } = planOf(file, query)
        if (render === undefined) throw new Error(`${query}: the origin could not make it`)
        const sent = {
          // Node's Request takes a stream only with an option that Workers do not know; bytes do as well.
          body: png as unknown as ReadableStream,
          contentType: 'image/png',
          sha256: '0'.repeat(64),
          requestId: 'conformance',
        }
        return (await renderAtOrigin(origin, sent, render, { isAwaited: true })).bytes
      }
    },
  }
}

async function encode(original: RgbImage): Promise<Uint8Array> {
  const hash = (await sha256(original.data)).subarray(0, 16)
  const request = { ladder: ladderFor(original.width), sha256: hash, resize: resizeLanczos }
  return await codec.encodeUnverified(original, request)
}

async function pngOf({ width, height, data }: RgbImage): Promise<Buffer> {
  return await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer()
}

/** What the edge decides for a URL, with how the origin would make the same picture. */
function planOf(file: Uint8Array, query: string): TranscodePlan {
  const rules = { ...DEFAULT_RULES, embedModels: [], exactQuality: true, canRender: true }
  const input = {
    params: parseImageParams(new URLSearchParams(query)),
    hints: readHints(new Headers()),
    accepted: readAccept(null),
  }
  const plan = makePlan(readHeader(file), input, rules)
  if (plan.kind !== 'transcode') throw new Error(`${query}: the edge would not make it`)
  return plan
}

const corners = makersOf(ORIGINAL)
pictureConformance('the edge', corners.edge)
pictureConformance('the origin', corners.origin)

const [WIDTH, HEIGHT] = [800, 534]
const hazy = makersOf(paint(WIDTH, HEIGHT, hills(WIDTH, HEIGHT)))
sameLook('edge and origin', hazy, 70)
