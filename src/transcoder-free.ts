import { createWorkerdRuntime } from './runtime/workerd.ts'
import { createTranscoder } from './transcoder-parts.ts'

/** The transcoder Worker without AVIF, small enough for Cloudflare's free plan: wrangler.transcoder.free.toml. */
export default createTranscoder(createWorkerdRuntime)
