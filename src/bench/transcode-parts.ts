import { decodeRows } from '../codec/compass/decoder/decode.ts'
import { prepareDecoder } from '../codec/compass/decoder/prepare.ts'
import { StrataError } from '../core/errors.ts'
import { createAvifDecoder } from '../edge/transcoder/decoders/avif.ts'
import type { PictureDecoders } from '../edge/transcoder/decoders/decoder.ts'
import { createPngDecoder } from '../edge/transcoder/decoders/png.ts'
import { createWebpDecoders } from '../edge/transcoder/decoders/webp.ts'
import { createAvifEncoder } from '../edge/transcoder/encoders/avif.ts'
import { createJpegEncoder } from '../edge/transcoder/encoders/jpeg.ts'
import { createPngEncoder } from '../edge/transcoder/encoders/png.ts'
import { createWebpEncoder } from '../edge/transcoder/encoders/webp.ts'
import type { TranscodeParts } from '../edge/transcoder/transcode-layer.ts'
import {
  AVIF_DECODER_WASM,
  AVIF_WASM,
  packageWasm,
  WEBP_DECODER_WASM,
  WEBP_WASM,
} from '../node/package-wasm.ts'
import { createWasmJpeg } from '../pixels/jpeg/forward-wasm.ts'
import { createWasmResampler } from '../pixels/resample-wasm.ts'
import type { Runtime } from '../runtime/types.ts'

/**
 * The transcoder as src/transcoder-parts.ts composes it, with the runtime of this process in place of workerd's.
 * @throws StrataError MODEL_INVALID where the kernels were not built
 */
export function transcodeParts(runtime: Runtime): TranscodeParts {
  const { kernels } = runtime
  if (!kernels)
    throw new StrataError('MODEL_INVALID', 'build/kernels.wasm: no such file; run `npm run build`')
  return {
    prepare: () => prepareDecoder(runtime),
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

/** The transcoder's decoders of picture layers. */
export function pictureDecoders(): PictureDecoders {
  const decoders = [
    ...createWebpDecoders(() => packageWasm(WEBP_DECODER_WASM)),
    createAvifDecoder(() => packageWasm(AVIF_DECODER_WASM)),
    createPngDecoder(),
  ]
  return Object.fromEntries(decoders.map((decoder) => [decoder.coding, decoder]))
}
