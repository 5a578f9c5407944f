import { isPng } from '../pixels/png/chunks.ts'
import type { Runtime } from '../runtime/types.ts'
import { loadHyperThumbnailFor } from './hyperthumbnail/load.ts'
import { restore as restoreThumbnail } from './hyperthumbnail/restore.ts'
import { loadIrnFor } from './irn/load.ts'
import { restore as restoreLossless } from './irn/restore.ts'
import type { DecodePicture, Rescaler } from './rescaler.ts'

/** The half of a rescaler that those need who only look at pictures. */
export type Restorer = Pick<Rescaler, 'restore'>

interface RestorerOptions {
  readonly decodePicture: DecodePicture
  /** Of what a lossless thumbnail does not hold, an integer from 0 to 2^32 - 1. @default the most likely */
  readonly seed?: number | undefined
}

/**
 * What restores a file: its kind tells the method, what it says of itself the factor. Undefined when the runtime's
 * models include none for it.
 * @throws StrataError MODEL_INVALID
 */
export async function loadRestorer(
  file: Uint8Array,
  runtime: Runtime,
  { decodePicture, seed }: RestorerOptions,
): Promise<Restorer | undefined> {
  if (isPng(file)) {
    const model = await loadIrnFor(file, runtime)
    return (
      model && { restore: (bytes, signal) => restoreLossless(bytes, { model, decodePicture, seed }, signal) }
    )
  }
  const model = await loadHyperThumbnailFor(file, runtime)
  return model && { restore: (bytes, signal) => restoreThumbnail(bytes, { model, decodePicture }, signal) }
}
