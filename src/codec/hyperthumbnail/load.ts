import { referenceEngine } from '../../network/reference.ts'
import type { Runtime } from '../../runtime/types.ts'
import { type HyperThumbnailModel, openHyperThumbnail } from './model.ts'

const NAME = 'hyperthumbnail'

type Models = Pick<Runtime, 'manifest' | 'table' | 'blob' | 'engine'>

/** Whether a runtime's models include one for thumbnails. */
export function hasHyperThumbnail({ manifest }: Pick<Runtime, 'manifest'>): boolean {
  return manifest.files[`${NAME}.json`] !== undefined
}

/**
 * The model among the runtime's files, undefined when there is none.
 * @throws StrataError MODEL_INVALID when its files are not what the manifest says
 */
export async function loadHyperThumbnail(runtime: Models): Promise<HyperThumbnailModel | undefined> {
  if (!hasHyperThumbnail(runtime)) return undefined
  const [table, blob] = await Promise.all([runtime.table(NAME), runtime.blob(NAME)])
  return openHyperThumbnail(table, blob, runtime.engine ?? referenceEngine)
}
