import type { Hono } from 'hono'
import kernels from '../build/kernels.wasm'
import { decodeRows } from './codec/compass/index.ts'
import { embed } from './codec/hyperthumbnail/embed.ts'
import { loadHyperThumbnail } from './codec/hyperthumbnail/load.ts'
import { memoiseLoads } from './core/memoise-loads.ts'
import { createTranscodeApp } from './edge/transcoder/app.ts'
import { createWasmJpeg } from './pixels/jpeg/forward-wasm.ts'
import { createWasmResampler } from './pixels/resample-wasm.ts'
import type { Runtime } from './runtime/types.ts'

/**
 * The second Worker: the decoder's models behind the edge Worker's service binding. The models are loaded for the first
 * picture of an isolate; a failed load is tried again for the next one.
 *
 * @param createRuntime what runs the decoder's networks
 * @param maxStripPixels bounds a strip in memory, whatever the width of a layer: an isolate has 128 MB
 */
export function createTranscoder(createRuntime: () => Promise<Runtime>, maxStripPixels: number): Hono {
  const kernel = createWasmJpeg(kernels)
  const runtime = memoiseLoads<void, Runtime>(createRuntime)
  const modelOf = memoiseLoads(async (factor: number) => await loadHyperThumbnail(await runtime(), factor))
  return createTranscodeApp({
    async *decodeRows(bytes, { layer, signal }) {
      yield* decodeRows(bytes, { runtime: await runtime(), layer, signal, maxStripPixels })
    },
    kernel,
    createResampler: createWasmResampler(kernels),
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
}
