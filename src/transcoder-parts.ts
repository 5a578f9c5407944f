import { inflateSync } from 'node:zlib'
import webpDecoder from '@jsquash/webp/codec/dec/webp_dec.wasm'
import webp from '@jsquash/webp/codec/enc/webp_enc_simd.wasm'
import type { Hono } from 'hono'
import kernels from '../build/kernels.wasm'
import { decodeRows, prepareDecoder } from './codec/compass/index.ts'
import { embed } from './codec/hyperthumbnail/embed.ts'
import { loadHyperThumbnail } from './codec/hyperthumbnail/load.ts'
import type { Rescaler } from './codec/rescaler.ts'
import { concat } from './core/bytes.ts'
import { MAX_STRIP_WIDTH } from './core/limits/table.ts'
import { memoiseLoads } from './core/memoise-loads.ts'
import { createTranscodeApp } from './edge/transcoder/app.ts'
import type { PictureDecoder } from './edge/transcoder/decoders/decoder.ts'
import { createPngDecoder } from './edge/transcoder/decoders/png.ts'
import { createWebpDecoders } from './edge/transcoder/decoders/webp.ts'
import type { PictureEncoder } from './edge/transcoder/encoders/encoder.ts'
import { createJpegEncoder } from './edge/transcoder/encoders/jpeg.ts'
import { createPngEncoder } from './edge/transcoder/encoders/png.ts'
import { createWebpEncoder } from './edge/transcoder/encoders/webp.ts'
import type { DecodeRows } from './edge/transcoder/transcode-layer.ts'
import { STRIP_ROWS } from './format/layout.ts'
import { createWasmJpeg } from './pixels/jpeg/forward-wasm.ts'
import { createWasmResampler } from './pixels/resample-wasm.ts'
import type { Runtime } from './runtime/types.ts'

type EmbedArguments = Parameters<Rescaler['embed']>

interface TranscoderOptions {
  /** Pixels of the widest layer whose strips are decoded: an isolate has 128 MB. @default MAX_STRIP_WIDTH */
  readonly maxStripWidth?: number
  /** Encoders of formats besides WebP, JPEG and PNG. @default none */
  readonly encoders?: readonly PictureEncoder[]
  /** Decoders of layers besides WebP and PNG. @default none */
  readonly decoders?: readonly PictureDecoder[]
}

/**
 * workerd's DecompressionStream unpacks all that it is given before anything is read of it: a PNG of 0.2 MB took 490 MB there.
 * Its zlib stops at a length, which it counts in blocks of 16 KiB, and needs one more.
 */
const INFLATE_SLACK = 65_536

function inflateWhole(parts: readonly Uint8Array[], length: number): Uint8Array {
  return inflateSync(concat(parts), { maxOutputLength: length + INFLATE_SLACK })
}

/**
 * The second Worker: the decoder's models behind the edge Worker's service binding. The models are loaded for the first
 * picture of an isolate; a failed load is tried again for the next one.
 *
 * @param createRuntime what runs the decoder's networks
 */
export function createTranscoder(
  createRuntime: () => Promise<Runtime>,
  options: TranscoderOptions = {},
): Hono {
  const { maxStripWidth = MAX_STRIP_WIDTH, encoders = [], decoders = [] } = options
  const maxStripPixels = maxStripWidth * STRIP_ROWS
  const kernel = createWasmJpeg(kernels)
  const runtime = memoiseLoads<void, Runtime>(createRuntime)
  const modelOf = memoiseLoads(async (factor: number) => await loadHyperThumbnail(await runtime(), factor))
  const own = [createWebpEncoder(async () => webp), createJpegEncoder(kernel), createPngEncoder()]
  const ownDecoders = [...createWebpDecoders(async () => webpDecoder), createPngDecoder(inflateWhole)]
  const decodeLayer: DecodeRows = async function* (bytes, { layer, signal }) {
    yield* decodeRows(bytes, { runtime: await runtime(), layer, signal, maxStripPixels })
  }
  const parts = {
    prepare: async () => await prepareDecoder(await runtime()),
    decodeRows: decodeLayer,
    encoders: Object.fromEntries([...own, ...encoders].map((encoder) => [encoder.format, encoder])),
    decoders: Object.fromEntries([...ownDecoders, ...decoders].map((decoder) => [decoder.coding, decoder])),
    createResampler: createWasmResampler(kernels),
    async rescaler(factor: number) {
      const model = await modelOf(factor)
      return (
        model && {
          factor: model.factor,
          embed: (...[rows, options]: EmbedArguments) => embed(rows, options, { model, kernel }),
        }
      )
    },
  }
  return createTranscodeApp(parts)
}
