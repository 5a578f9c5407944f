import { isPng } from '../pixels/png/chunks.ts'
import type { Runtime } from '../runtime/types.ts'
import { loadHyperThumbnailFor } from './hyperthumbnail/load.ts'
import { restore as restoreThumbnail } from './hyperthumbnail/restore.ts'
import { loadIrnFor } from './irn/load.ts'
import { restore as restoreLossless } from './irn/restore.ts'
import type { DecodePicture, Rescaler } from './rescaler.ts'

/** The part of a rescaler that a viewer of pictures needs. */
export type Restorer = Pick<Rescaler, 'restore'>

interface RestorerOptions {
  readonly decodePicture: DecodePicture
  /** Seed of the detail that a lossless thumbnail does not hold, 0 to 2^32 - 1. @default none: the most likely detail */
  readonly seed?: number | undefined
}

/**
 * Loads the restorer of a file. The method follows from its format, the factor from its marker. Returns undefined when the
 * runtime has no model for it.
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
