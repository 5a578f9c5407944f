import type { Runtime } from '../../../runtime/types.ts'
import { loadDecoderTable } from '../shared/tables.ts'

/**
 * Loads what every layer needs, and the network that every picture ends with, which shows whether networks can run.
 * @throws StrataError MODEL_INVALID; whatever the runtime throws
 */
export async function prepareDecoder(runtime: Runtime): Promise<void> {
  await Promise.all([loadDecoderTable(runtime), runtime.blob('decoder'), runtime.network('base-synthesis')])
}
