import avifDecoder from '@jsquash/avif/codec/dec/avif_dec.wasm'
import avif from '@jsquash/avif/codec/enc/avif_enc.wasm'
import { MAX_ONNX_STRIP_WIDTH } from './core/limits/table.ts'
import { createAvifDecoder } from './edge/transcoder/decoders/avif.ts'
import { createAvifEncoder } from './edge/transcoder/encoders/avif.ts'
import { createWorkerdOnnxRuntime } from './runtime/workerd-onnx.ts'
import { createTranscoder } from './transcoder-parts.ts'

/** The transcoder Worker on ONNX Runtime: wrangler.transcoder.onnx.toml. */
export default createTranscoder(createWorkerdOnnxRuntime, {
  maxStripWidth: MAX_ONNX_STRIP_WIDTH,
  encoders: [createAvifEncoder(async () => avif)],
  decoders: [createAvifDecoder(async () => avifDecoder)],
})
