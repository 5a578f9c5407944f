import avifDecoder from '@jsquash/avif/codec/dec/avif_dec.wasm'
import avif from '@jsquash/avif/codec/enc/avif_enc.wasm'
import { createAvifDecoder } from './edge/transcoder/decoders/avif.ts'
import { createAvifEncoder } from './edge/transcoder/encoders/avif.ts'
import { createWorkerdRuntime } from './runtime/workerd.ts'
import { createTranscoder } from './transcoder-parts.ts'

/** The transcoder Worker on our own kernels: wrangler.transcoder.toml. */
export default createTranscoder(createWorkerdRuntime, {
  encoders: [createAvifEncoder(async () => avif)],
  decoders: [createAvifDecoder(async () => avifDecoder)],
})
