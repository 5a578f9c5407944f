import type { JpegKernel } from '../../pixels/jpeg/types.ts'
import type { DecodePicture, Rescaler } from '../rescaler.ts'
import { embed } from './embed.ts'
import type { HyperThumbnailModel } from './model.ts'
import { METHOD, restore } from './restore.ts'

interface HyperThumbnailOptions {
  readonly model: HyperThumbnailModel
  /** Decodes pictures without hidden detail, for `restore`. */
  readonly decodePicture: DecodePicture
  /** Arithmetic of the JPEG. @default the TypeScript reference */
  readonly kernel?: JpegKernel | undefined
}

/** HyperThumbnail (Qi et al., CVPR 2023): hides a picture of 2 or 4 times the size in a baseline JPEG. */
export function hyperThumbnail({ model, decodePicture, kernel }: HyperThumbnailOptions): Rescaler {
  return {
    method: METHOD,
    factor: model.factor,
    mediaType: 'image/jpeg',
    embed: async (rows, options) => await embed(rows, options, { model, kernel }),
    restore: async (file, signal) => await restore(file, { model, decodePicture }, signal),
  }
}
