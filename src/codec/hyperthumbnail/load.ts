import { referenceEngine } from '../../network/reference.ts'
import type { Runtime } from '../../runtime/types.ts'
import { type HyperThumbnailModel, openHyperThumbnail } from './model.ts'
import { hiddenFactor } from './restore.ts'

type Models = Pick<Runtime, 'manifest' | 'table' | 'blob' | 'engine'>

/**
 * Loads the model of a factor. Returns undefined when the runtime has none.
 * @throws StrataError MODEL_INVALID when its files do not match the manifest
 */
export async function loadHyperThumbnail(
  runtime: Models,
  factor: number = 2,
): Promise<HyperThumbnailModel | undefined> {
  const name = factor === 2 ? 'hyperthumbnail' : `hyperthumbnail${factor}`
  if (runtime.manifest.files[`${name}.json`] === undefined) return undefined
  const [table, blob] = await Promise.all([runtime.table(name), runtime.blob(name)])
  return openHyperThumbnail(table, blob, runtime.engine ?? referenceEngine)
}

/**
 * Loads the model for which a thumbnail was made; for any other file the model of the smallest factor.
 * @throws StrataError MODEL_INVALID
 */
export async function loadHyperThumbnailFor(
  file: Uint8Array,
  runtime: Models,
): Promise<HyperThumbnailModel | undefined> {
  return await loadHyperThumbnail(runtime, hiddenFactor(file))
}
