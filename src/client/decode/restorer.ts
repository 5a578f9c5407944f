import { loadHyperThumbnail } from '../../codec/hyperthumbnail/load.ts'
import { loadRestorer, type Restorer } from '../../codec/restorer.ts'
import { StrataError } from '../../core/errors.ts'
import { isJpeg } from '../../pixels/jpeg/reader.ts'
import { isPng } from '../../pixels/png/chunks.ts'
import type { Runtime } from '../../runtime/types.ts'
import { decodePicture } from './bitmap.ts'

/**
 * Loads the model that restores this file.
 * @throws StrataError MODEL_INVALID when that model is missing, INPUT_UNSUPPORTED for a file that is no JPEG or PNG
 */
export async function restorerFor(file: Uint8Array, runtime: Runtime): Promise<Restorer> {
  if (!isJpeg(file) && !isPng(file)) {
    throw new StrataError('INPUT_UNSUPPORTED', 'restore: expected a JPEG or a PNG')
  }
  const restorer = await loadRestorer(file, runtime, { decodePicture })
  if (!restorer) throw new StrataError('MODEL_INVALID', 'the models include none that restores this picture')
  return restorer
}

/** Loads the model for thumbnails of the default factor, so that they can be restored without a network. */
export async function warmRestorer(runtime: Runtime): Promise<void> {
  await loadHyperThumbnail(runtime)
}
