import { referenceEngine } from '../../network/reference.ts'
import type { Runtime } from '../../runtime/types.ts'
import { type IrnModel, openIrn } from './model.ts'
import { hiddenFactor } from './restore.ts'

type Models = Pick<Runtime, 'manifest' | 'table' | 'blob' | 'engine'>

/**
 * Loads the model of a factor. Returns undefined when the runtime has none.
 * @throws StrataError MODEL_INVALID when its files do not match the manifest
 */
export async function loadIrn(runtime: Models, factor: number): Promise<IrnModel | undefined> {
  const name = `irn${factor}`
  if (runtime.manifest.files[`${name}.json`] === undefined) return undefined
  const [table, blob] = await Promise.all([runtime.table(name), runtime.blob(name)])
  return openIrn(table, blob, runtime.engine ?? referenceEngine)
}

/**
 * Loads the model for which a PNG was made; for any other file the model of the smallest factor.
 * @throws StrataError MODEL_INVALID
 */
export async function loadIrnFor(file: Uint8Array, runtime: Models): Promise<IrnModel | undefined> {
  return await loadIrn(runtime, hiddenFactor(file) ?? 2)
}
