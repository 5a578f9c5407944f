import type { JpegKernel } from '../../pixels/jpeg/types.ts'
import type { DecodePicture, Rescaler } from '../rescaler.ts'
import { embed } from './embed.ts'
import type { HyperThumbnailModel } from './model.ts'
import { METHOD, restore } from './restore.ts'

interface HyperThumbnailOptions {
  readonly model: HyperThumbnailModel
  /** Decodes pictures that hide nothing, for `restore`. */
  readonly decodePicture: DecodePicture
  /** Does the arithmetic of the JPEG. @default the TypeScript reference */
  readonly kernel?: JpegKernel | undefined
}

/** HyperThumbnail (Qi et al., CVPR 2023): the detail of the double size in a baseline JPEG. */
export function hyperThumbnail({ model, decodePicture, kernel }: HyperThumbnailOptions): Rescaler {
  return {
    method: METHOD,
    factor: model.factor,
    mediaType: 'image/jpeg',
    embed: async (rows, options) => await embed(rows, options, { model, kernel }),
    restore: async (file, signal) => await restore(file, { model, decodePicture }, signal),
  }
}
