import avif from '@jsquash/avif/codec/enc/avif_enc.wasm'
import { createAvifEncoder } from './edge/transcoder/encoders/avif.ts'
import { createWorkerdOnnxRuntime } from './runtime/workerd-onnx.ts'
import { createTranscoder } from './transcoder-parts.ts'

/** The transcoder Worker on ONNX Runtime: wrangler.transcoder.onnx.toml. */
export default createTranscoder(createWorkerdOnnxRuntime, [createAvifEncoder(async () => avif)])
