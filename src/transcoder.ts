import kernels from '../build/kernels.wasm'
import { decodeRows } from './codec/compass/index.ts'
import { embed } from './codec/hyperthumbnail/embed.ts'
import { loadHyperThumbnail } from './codec/hyperthumbnail/load.ts'
import { memoiseLoads } from './core/memoise-loads.ts'
import { createTranscodeApp } from './edge/transcoder/app.ts'
import { createJpegEncoder } from './edge/transcoder/encoders/jpeg.ts'
import { createWasmJpeg } from './pixels/jpeg/forward-wasm.ts'
import type { Runtime } from './runtime/types.ts'
import { createWorkerdRuntime } from './runtime/workerd.ts'

/** Bounds a strip in memory, whatever the width of a layer: an isolate has 128 MB, enough for 256 rows of 4096 pixels. */
const MAX_STRIP_PIXELS = 4096 * 256

const kernel = createWasmJpeg(kernels)

/** The models of this isolate, loaded for the first picture; a failed load is tried again for the next one. */
const runtime = memoiseLoads<void, Runtime>(createWorkerdRuntime)
const modelOf = memoiseLoads(async (factor: number) => await loadHyperThumbnail(await runtime(), factor))

/** The second Worker: the decoder's models behind the edge Worker's service binding. */
export default createTranscodeApp({
  async *decodeRows(bytes, { layer, signal }) {
    yield* decodeRows(bytes, { runtime: await runtime(), layer, signal, maxStripPixels: MAX_STRIP_PIXELS })
  },
  encoders: { jpeg: createJpegEncoder(kernel) },
  async rescaler(factor) {
    const model = await modelOf(factor)
    return (
      model && {
        factor: model.factor,
        embed: (rows, options) => embed(rows, options, { model, kernel }),
      }
    )
  },
})
