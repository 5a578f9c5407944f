import type { DecodePicture, Rescaler } from '../rescaler.ts'
import { type EncodePng, embed } from './embed.ts'
import type { IrnModel } from './model.ts'
import { METHOD, restore } from './restore.ts'

interface IrnOptions {
  readonly model: IrnModel
  readonly decodePicture: DecodePicture
  readonly encodePng: EncodePng
  /** Seed of z, as RestoreParts.seed. */
  readonly seed?: number | undefined
}

/** Invertible image rescaling (Xiao et al., ECCV 2020): hides a picture of 2 or 4 times the size in a lossless PNG. */
export function irn({ model, decodePicture, encodePng, seed }: IrnOptions): Rescaler {
  return {
    method: METHOD,
    factor: model.factor,
    mediaType: 'image/png',
    embed: async (rows, options) => await embed(rows, options, { model, encodePng }),
    restore: async (file, signal) => await restore(file, { model, decodePicture, seed }, signal),
  }
}
