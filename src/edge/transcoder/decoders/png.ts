import { StrataError } from '../../../core/errors.ts'
import { type Inflate, readPng } from '../../../pixels/png/reader.ts'
import type { PictureDecoder } from './decoder.ts'

/** PNG by our own reader. @param inflate as of readPng */
export function createPngDecoder(inflate?: Inflate): PictureDecoder {
  return {
    coding: 'png',
    async decode(picture, { index, width, height }) {
      try {
        const image = await readPng(picture, width * height, inflate)
        if (image.width === width && image.height === height) return image.data
        throw new StrataError(
          'INPUT_CORRUPT',
          `PNG: expected ${width}x${height}, got ${image.width}x${image.height}`,
        )
      } catch (cause) {
        const reason = cause instanceof StrataError ? cause.message : 'unreadable'
        throw new StrataError('FORMAT_INVALID', `layer ${index}: ${reason}`, { cause })
      }
    },
  }
}
