import { createWorkerdOnnxRuntime } from './runtime/workerd-onnx.ts'
import { createTranscoder } from './transcoder-parts.ts'

/** The transcoder Worker on ONNX Runtime: wrangler.transcoder.onnx.toml. */
export default createTranscoder(createWorkerdOnnxRuntime)
