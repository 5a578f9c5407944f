import { createWorkerdRuntime } from './runtime/workerd.ts'
import { createTranscoder } from './transcoder-parts.ts'

/** The transcoder Worker on our own kernels: wrangler.transcoder.toml. */
export default createTranscoder(createWorkerdRuntime)
