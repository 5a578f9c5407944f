import { StrataError } from '../../core/errors.ts'
import { type RgbImage, rgbImage } from '../../core/image.ts'

/** Pixels as a bitmap that a canvas draws without changing a value. */
export async function toBitmap({ width, height, data }: RgbImage): Promise<ImageBitmap> {
  const pixels = new Uint32Array(width * height)
  for (let i = 0, at = 0; i < pixels.length; i++, at += 3) {
    // Little-endian, as every platform with WebAssembly.
    pixels[i] = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | 0xff000000
  }
  const image = new ImageData(new Uint8ClampedArray(pixels.buffer), width, height)
  return await createImageBitmap(image, { premultiplyAlpha: 'none', colorSpaceConversion: 'none' })
}

/** Decodes a picture of any format that the browser knows. @throws StrataError INPUT_CORRUPT */
export async function decodePicture(file: Uint8Array): Promise<RgbImage> {
  let bitmap: ImageBitmap
  try {
    bitmap = await createImageBitmap(new Blob([file as Uint8Array<ArrayBuffer>]))
  } catch (cause) {
    throw new StrataError('INPUT_CORRUPT', 'the browser cannot decode the picture', { cause })
  }
  const { width, height } = bitmap
  const context = new OffscreenCanvas(width, height).getContext('2d')
  context?.drawImage(bitmap, 0, 0)
  bitmap.close()
  const pixels = context?.getImageData(0, 0, width, height).data
  if (!pixels) throw new StrataError('INTERNAL', 'no canvas in this worker')
  const data = new Uint8Array(3 * width * height)
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = pixels[from]!
    data[to + 1] = pixels[from + 1]!
    data[to + 2] = pixels[from + 2]!
  }
  return rgbImage(width, height, data)
}
