import { hyperThumbnail } from '../codec/hyperthumbnail/index.ts'
import { loadHyperThumbnail } from '../codec/hyperthumbnail/load.ts'
import type { Rescaler } from '../codec/rescaler.ts'
import { createRuntime } from '../origin/compose.ts'
import { readPicture } from '../origin/ingest.ts'
import { createWasmJpeg } from '../pixels/jpeg/forward-wasm.ts'

/**
 * HyperThumbnail with the models of this package, undefined when they do not include it.
 * @throws StrataError MODEL_INVALID
 */
export async function loadThumbnails(): Promise<Rescaler | undefined> {
  const runtime = await createRuntime('wasm')
  const model = await loadHyperThumbnail(runtime)
  if (!model) return undefined
  const kernel = runtime.kernels && createWasmJpeg(runtime.kernels)
  return hyperThumbnail({ model, decodePicture: (file) => readPicture(file), kernel })
}
