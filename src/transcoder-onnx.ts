import avifDecoder from '@jsquash/avif/codec/dec/avif_dec.wasm'
import avif from '@jsquash/avif/codec/enc/avif_enc.wasm'
import { createAvifDecoder } from './edge/transcoder/decoders/avif.ts'
import { createAvifEncoder } from './edge/transcoder/encoders/avif.ts'
import { createWorkerdOnnxRuntime } from './runtime/workerd-onnx.ts'
import { createTranscoder } from './transcoder-parts.ts'

/** Layers up to 2560 pixels wide: ONNX Runtime takes more memory than our kernels, for its floats and for itself. */
const MAX_STRIP_PIXELS = 2560 * 256

/** The transcoder Worker on ONNX Runtime: wrangler.transcoder.onnx.toml. */
export default createTranscoder(createWorkerdOnnxRuntime, {
  maxStripPixels: MAX_STRIP_PIXELS,
  encoders: [createAvifEncoder(async () => avif)],
  decoders: [createAvifDecoder(async () => avifDecoder)],
})
