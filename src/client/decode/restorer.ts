import { loadHyperThumbnail } from '../../codec/hyperthumbnail/load.ts'
import { hiddenFactor } from '../../codec/hyperthumbnail/restore.ts'
import { hiddenFactor as pngFactor } from '../../codec/irn/restore.ts'
import { upscalePlainly } from '../../codec/plain-upscale.ts'
import { loadRestorer, type Restorer } from '../../codec/restorer.ts'
import { StrataError } from '../../core/errors.ts'
import { isJpeg } from '../../pixels/jpeg/reader.ts'
import { isPng } from '../../pixels/png/chunks.ts'
import type { Runtime } from '../../runtime/types.ts'
import { decodePicture } from './bitmap.ts'
import { checkRestored } from './limits.ts'
import { pictureSize } from './picture-size.ts'

/** Factor by which a file without hidden detail is enlarged. */
const FACTOR = 2

/**
 * The restorer of this file. A file without hidden detail is enlarged plainly and needs no model.
 * @param open loads the models' folder
 * @throws StrataError MODEL_INVALID when the model is missing; LimitError, before anything is decoded; INPUT_UNSUPPORTED
 */
export async function restorerFor(file: Uint8Array, open: () => Promise<Runtime>): Promise<Restorer> {
  const hidden = isPng(file) ? pngFactor(file) : hiddenFactor(file)
  const size = pictureSize(file)
  if (!size) throw new StrataError('INPUT_UNSUPPORTED', 'expected a PNG, JPEG, WebP, AVIF or GIF')
  checkRestored(size.width, size.height, hidden ?? FACTOR)
  if (!isPng(file) && hidden === undefined) {
    const kind = isJpeg(file) ? 'the JPEG has no Strata marker' : 'it is no JPEG'
    const note = `the file hides nothing: ${kind}. Ask for ht=2, as enhance({ offlineZoom: true }) does`
    return { restore: (bytes) => upscalePlainly(bytes, FACTOR, note, decodePicture) }
  }
  const restorer = await loadRestorer(file, await open(), { decodePicture })
  if (!restorer) throw new StrataError('MODEL_INVALID', 'the models include none that restores this picture')
  return restorer
}

/** Loads the model for thumbnails of the default factor, so that they can be restored without a network. */
export async function warmRestorer(runtime: Runtime): Promise<void> {
  await loadHyperThumbnail(runtime)
}
