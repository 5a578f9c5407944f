import { StrataError } from '../../core/errors.ts'
import { hasAlpha, pictureFormatOf } from '../../format/coding.ts'
import { mediaTypeOf } from '../../format/media-type.ts'
import { readCheckedPicture } from '../../format/pictures/check.ts'
import type { LayerInfo } from '../../format/types.ts'

/**
 * Pixels of the largest picture, which takes 160 MB as a bitmap. Browsers refuse a canvas above some 256 megapixels.
 */
const MAX_PIXELS = 40e6

/**
 * Refuses layers that the plain `<img>` shows better than a canvas: animations, and pictures with alpha over a loaded
 * picture.
 * @param covers whether the plain picture lies below
 * @throws StrataError INPUT_UNSUPPORTED
 */
export function checkShown(layer: LayerInfo, covers: boolean): void {
  const isAnimated = layer.coding === 'webp-animated'
  if (!isAnimated && !(covers && hasAlpha(layer))) return
  const what = isAnimated ? 'an animation' : 'a picture with alpha over one that has loaded'
  throw new StrataError('INPUT_UNSUPPORTED', `${what}: the plain <img> shows it`)
}

/**
 * Decodes a layer that is a picture file with the browser's decoder, after checking checksum, type and declared size.
 * @throws StrataError INPUT_TOO_LARGE, FORMAT_*
 */
export async function decodePictureLayer(bytes: Uint8Array, layer: LayerInfo): Promise<ImageBitmap> {
  const { index, coding, width, height } = layer
  const name = `layer ${index}`
  if (width * height > MAX_PIXELS) {
    const expected = `at most ${MAX_PIXELS} pixels`
    throw new StrataError('INPUT_TOO_LARGE', `${name}: expected ${expected}, got ${width}x${height}`)
  }
  const picture = readCheckedPicture(bytes, layer)
  const type = mediaTypeOf(pictureFormatOf(coding) ?? 'png')
  const bitmap = await createImageBitmap(new Blob([picture as Uint8Array<ArrayBuffer>], { type })).catch(
    (cause) => {
      throw new StrataError('FORMAT_INVALID', `${name}: the browser cannot decode it`, { cause })
    },
  )
  if (bitmap.width === width && bitmap.height === height) return bitmap
  const got = `${bitmap.width}x${bitmap.height}`
  bitmap.close()
  throw new StrataError('FORMAT_INVALID', `${name}: expected ${width}x${height}, got ${got}`)
}
