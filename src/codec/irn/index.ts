import type { Runtime } from '../../runtime/types.ts'
import type { DecodePicture, Rescaler } from '../rescaler.ts'
import { type EncodePng, embed } from './embed.ts'
import { type IrnModel, loadIrn } from './model.ts'
import { hiddenScale, METHOD, restore } from './restore.ts'

export interface IrnOptions {
  readonly model: IrnModel
  readonly decodePicture: DecodePicture
  readonly encodePng: EncodePng
  /** See RestoreParts.seed. */
  readonly seed?: number | undefined
}

/** Invertible image rescaling (Xiao et al., ECCV 2020): the detail in a lossless PNG. */
export function irn({ model, decodePicture, encodePng, seed }: IrnOptions): Rescaler {
  return {
    method: METHOD,
    factor: model.scale,
    mediaType: 'image/png',
    embed: async (rows, options) => await embed(rows, options, { model, encodePng }),
    restore: async (file, signal) => await restore(file, { model, decodePicture, seed }, signal),
  }
}

/**
 * The model that a PNG was made for; that of the smallest scale for every other file.
 * @throws StrataError MODEL_INVALID
 */
export async function loadIrnFor(
  file: Uint8Array,
  runtime: Pick<Runtime, 'manifest' | 'table' | 'blob' | 'engine'>,
): Promise<IrnModel | undefined> {
  return await loadIrn(runtime, hiddenScale(file) ?? 2)
}
