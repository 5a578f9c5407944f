import { StrataError } from '../../../core/errors.ts'
import { readPng } from '../../../pixels/png/reader.ts'
import type { PictureDecoder } from './decoder.ts'

/** PNG by our own reader. */
export function createPngDecoder(): PictureDecoder {
  return {
    coding: 'png',
    async decode(picture, { index, width, height }) {
      try {
        const image = await readPng(picture, width * height)
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
