import kernels from '../build/kernels.wasm'
import { decodeRows } from './codec/compass/index.ts'
import { createTranscodeApp } from './edge/transcode-app.ts'
import { createWasmJpeg } from './pixels/jpeg/forward-wasm.ts'
import { createWorkerdRuntime } from './runtime/workerd.ts'

/** An isolate has 128 MB: enough for strips of 256 rows of this width, whatever a base layer's width is. */
const MAX_STRIP_PIXELS = 4096 * 256

/** The models of this isolate, loaded by the first picture; a failed load is tried again by the next. */
let loading: ReturnType<typeof createWorkerdRuntime> | undefined

function runtime(): ReturnType<typeof createWorkerdRuntime> {
  loading ??= createWorkerdRuntime().catch((error: unknown) => {
    loading = undefined
    throw error
  })
  return loading
}

/** The second Worker: ONNX Runtime and the decoder models behind the edge Worker's service binding. */
export default createTranscodeApp({
  async *decodeRows(bytes, { layer, signal }) {
    yield* decodeRows(bytes, { runtime: await runtime(), layer, signal, maxStripPixels: MAX_STRIP_PIXELS })
  },
  kernel: createWasmJpeg(kernels),
})
