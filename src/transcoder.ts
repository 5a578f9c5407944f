import { createWorkerdRuntime } from './runtime/workerd.ts'
import { createTranscoder } from './transcoder-parts.ts'

/** Layers up to 4096 pixels wide: 256 rows of them fit into the memory of an isolate. */
const MAX_STRIP_PIXELS = 4096 * 256

/** The transcoder Worker on our own kernels: wrangler.transcoder.toml. */
export default createTranscoder(createWorkerdRuntime, MAX_STRIP_PIXELS)
