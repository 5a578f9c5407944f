import { decodeRows } from '../../codec/compass/decoder/decode.ts'
import { StrataError } from '../../core/errors.ts'
import { DEFAULT_RULES } from '../../edge/plan/default-rules.ts'
import { makePlan } from '../../edge/plan/plan.ts'
import type { PlanRules, TranscodePlan } from '../../edge/plan/types.ts'
import { readAccept } from '../../edge/request/accept.ts'
import { readHints } from '../../edge/request/hints.ts'
import { parseImageParams } from '../../edge/request/params.ts'
import { createAvifDecoder } from '../../edge/transcoder/decoders/avif.ts'
import type { PictureDecoders } from '../../edge/transcoder/decoders/decoder.ts'
import { createPngDecoder } from '../../edge/transcoder/decoders/png.ts'
import { createWebpDecoders } from '../../edge/transcoder/decoders/webp.ts'
import { EMBED_MODELS } from '../../edge/transcoder/embed-models.ts'
import { createAvifEncoder } from '../../edge/transcoder/encoders/avif.ts'
import { createJpegEncoder } from '../../edge/transcoder/encoders/jpeg.ts'
import { createPngEncoder } from '../../edge/transcoder/encoders/png.ts'
import { createWebpEncoder } from '../../edge/transcoder/encoders/webp.ts'
import type { TranscodeParts } from '../../edge/transcoder/transcode-layer.ts'
import type { StrataHeader } from '../../format/types.ts'
import {
  AVIF_DECODER_WASM,
  AVIF_WASM,
  packageWasm,
  WEBP_DECODER_WASM,
  WEBP_WASM,
} from '../../node/package-wasm.ts'
import { createWasmJpeg } from '../../pixels/jpeg/forward-wasm.ts'
import { createWasmResampler } from '../../pixels/resample-wasm.ts'
import type { Runtime } from '../../runtime/types.ts'

/** Formats in which a plain picture is asked for, by the header `Accept`. */
export const FORMATS = ['avif', 'webp', 'jpeg'] as const
export type Format = (typeof FORMATS)[number]

const ACCEPT: Readonly<Record<Format, string>> = {
  avif: 'image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  webp: 'image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8',
  jpeg: '*/*',
}

/** Every quality is taken as it is asked for, as of signed URLs. */
const RULES: PlanRules = { ...DEFAULT_RULES, embedModels: EMBED_MODELS, exactQuality: true, canRender: false }

/**
 * What an edge with default options decides for `?w=`.
 * @param quality value of `q`. @default as the edge decides without `q`
 */
export function planAnswer(
  header: StrataHeader,
  width: number,
  format: Format,
  quality?: number,
): TranscodePlan {
  const query = new URLSearchParams({ w: String(width) })
  if (quality !== undefined) query.set('q', String(quality))
  const headers = new Headers({ Accept: ACCEPT[format] })
  const input = {
    params: parseImageParams(query),
    hints: readHints(headers),
    accepted: readAccept(headers.get('Accept')),
  }
  const plan = makePlan(header, input, RULES)
  if (plan.kind === 'transcode') return plan
  throw new StrataError('INTERNAL', `plan: expected a picture for Accept: ${ACCEPT[format]}, got a file`)
}

/**
 * The transcoder as src/transcoder-parts.ts composes it, with the runtime of this process in place of workerd's.
 * @throws StrataError MODEL_INVALID where the kernels were not built
 */
export function transcodeParts(runtime: Runtime): TranscodeParts {
  const { kernels } = runtime
  if (!kernels)
    throw new StrataError('MODEL_INVALID', 'build/kernels.wasm: no such file; run `npm run build`')
  return {
    decodeRows: (bytes, options) => decodeRows(bytes, { ...options, runtime }),
    encoders: {
      avif: createAvifEncoder(() => packageWasm(AVIF_WASM)),
      webp: createWebpEncoder(() => packageWasm(WEBP_WASM)),
      jpeg: createJpegEncoder(createWasmJpeg(kernels)),
      png: createPngEncoder(),
    },
    decoders: pictureDecoders(),
    createResampler: createWasmResampler(kernels),
  }
}

/** The transcoder's decoders of layers that are pictures. */
export function pictureDecoders(): PictureDecoders {
  const decoders = [
    ...createWebpDecoders(() => packageWasm(WEBP_DECODER_WASM)),
    createAvifDecoder(() => packageWasm(AVIF_DECODER_WASM)),
    createPngDecoder(),
  ]
  return Object.fromEntries(decoders.map((decoder) => [decoder.coding, decoder]))
}
