import { referenceEngine } from '../../network/reference.ts'
import type { Runtime } from '../../runtime/types.ts'
import { type HyperThumbnailModel, openHyperThumbnail } from './model.ts'
import { hiddenFactor } from './restore.ts'

type Models = Pick<Runtime, 'manifest' | 'table' | 'blob' | 'engine'>

/**
 * The model of a factor among the runtime's files, undefined when there is none.
 * @throws StrataError MODEL_INVALID when its files are not what the manifest says
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
 * The model that a thumbnail was made for; that of the smallest factor for every other file.
 * @throws StrataError MODEL_INVALID
 */
export async function loadHyperThumbnailFor(
  file: Uint8Array,
  runtime: Models,
): Promise<HyperThumbnailModel | undefined> {
  return await loadHyperThumbnail(runtime, hiddenFactor(file))
}
