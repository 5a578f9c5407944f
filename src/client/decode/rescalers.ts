import { hyperThumbnail } from '../../codec/hyperthumbnail/index.ts'
import { loadHyperThumbnailFor } from '../../codec/hyperthumbnail/load.ts'
import { irn, loadIrnFor } from '../../codec/irn/index.ts'
import type { Rescaler } from '../../codec/rescaler.ts'
import { StrataError } from '../../core/errors.ts'
import { isJpeg } from '../../pixels/jpeg/reader.ts'
import { isPng } from '../../pixels/png/chunks.ts'
import type { Runtime } from '../../runtime/types.ts'
import { decodePicture } from './bitmap.ts'

interface Method {
  /** Whether a file may hide something that this method restores. */
  readonly accepts: (file: Uint8Array) => boolean
  /** Undefined where the models do not include it. */
  readonly load: (runtime: Runtime, file?: Uint8Array) => Promise<Rescaler | undefined>
}

/** The first that accepts a file restores it. */
const METHODS: readonly Method[] = [
  { accepts: isJpeg, load: loadThumbnails },
  { accepts: isPng, load: loadLossless },
]

/** @throws StrataError MODEL_INVALID when the model is missing, INPUT_UNSUPPORTED for a file that no method knows */
export async function rescalerFor(file: Uint8Array, runtime: Runtime): Promise<Rescaler> {
  const method = METHODS.find(({ accepts }) => accepts(file))
  if (!method) throw new StrataError('INPUT_UNSUPPORTED', 'restore: expected a JPEG or a PNG')
  const rescaler = await method.load(runtime, file)
  if (!rescaler) throw new StrataError('MODEL_INVALID', 'the models include none that restores this picture')
  return rescaler
}

/** Fetches what restoring thumbnails of the default factor needs, for a time without network. */
export async function warmRescalers(runtime: Runtime): Promise<void> {
  await loadThumbnails(runtime)
}

async function loadThumbnails(
  runtime: Runtime,
  file: Uint8Array = new Uint8Array(),
): Promise<Rescaler | undefined> {
  const model = await loadHyperThumbnailFor(file, runtime)
  return model && hyperThumbnail({ model, decodePicture })
}

async function loadLossless(
  runtime: Runtime,
  file: Uint8Array = new Uint8Array(),
): Promise<Rescaler | undefined> {
  const model = await loadIrnFor(file, runtime)
  return model && irn({ model, decodePicture, encodePng: refuseToEncode })
}

/** A page only restores. */
async function refuseToEncode(): Promise<never> {
  throw new StrataError('INTERNAL', 'PNGs are not written in a browser')
}
