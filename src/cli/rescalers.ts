import { hyperThumbnail } from '../codec/hyperthumbnail/index.ts'
import { loadHyperThumbnail, loadHyperThumbnailFor } from '../codec/hyperthumbnail/load.ts'
import type { HyperThumbnailModel } from '../codec/hyperthumbnail/model.ts'
import type { Rescaler } from '../codec/rescaler.ts'
import { createRuntime } from '../origin/compose.ts'
import { readPicture } from '../origin/ingest.ts'
import { createWasmJpeg } from '../pixels/jpeg/forward-wasm.ts'
import type { Runtime } from '../runtime/types.ts'

/**
 * HyperThumbnail of a factor with the models of this package, undefined when they do not include it.
 * @throws StrataError MODEL_INVALID
 */
export async function loadThumbnails(factor = 2): Promise<Rescaler | undefined> {
  const runtime = await createRuntime('wasm')
  return withTools(runtime, await loadHyperThumbnail(runtime, factor))
}

/** What restores a thumbnail JPEG: the factor is the file's. @throws StrataError MODEL_INVALID */
export async function loadThumbnailsFor(file: Uint8Array): Promise<Rescaler | undefined> {
  const runtime = await createRuntime('wasm')
  return withTools(runtime, await loadHyperThumbnailFor(file, runtime))
}

function withTools({ kernels }: Runtime, model: HyperThumbnailModel | undefined): Rescaler | undefined {
  if (!model) return undefined
  const kernel = kernels && createWasmJpeg(kernels)
  return hyperThumbnail({ model, decodePicture: (file) => readPicture(file), kernel })
}
