import { referenceEngine } from '../../network/reference.ts'
import type { Runtime } from '../../runtime/types.ts'
import { type IrnModel, openIrn } from './model.ts'
import { hiddenScale } from './restore.ts'

type Models = Pick<Runtime, 'manifest' | 'table' | 'blob' | 'engine'>

/**
 * The model of a scale among the runtime's files, undefined when there is none.
 * @throws StrataError MODEL_INVALID when its files are not what the manifest says
 */
export async function loadIrn(runtime: Models, scale: number): Promise<IrnModel | undefined> {
  const name = `irn${scale}`
  if (runtime.manifest.files[`${name}.json`] === undefined) return undefined
  const [table, blob] = await Promise.all([runtime.table(name), runtime.blob(name)])
  return openIrn(table, blob, runtime.engine ?? referenceEngine)
}

/**
 * The model that a PNG was made for; that of the smallest scale for every other file.
 * @throws StrataError MODEL_INVALID
 */
export async function loadIrnFor(file: Uint8Array, runtime: Models): Promise<IrnModel | undefined> {
  return await loadIrn(runtime, hiddenScale(file) ?? 2)
}
