import { StrataError } from '../core/errors.ts'
import { MAX_DIMENSION, MAX_SOURCE_PIXELS } from '../core/limits/table.ts'
import { resample } from '../pixels/resample.ts'
import type { DecodePicture, Restored } from './rescaler.ts'

/**
 * Upscales a file without hidden detail, as the result of `Rescaler.restore`.
 * @param note the reason, as a text for people
 * @throws StrataError INPUT_TOO_LARGE for a result above the format's limits; INPUT_* as `decodePicture`
 */
export async function upscalePlainly(
  file: Uint8Array,
  factor: number,
  note: string,
  decodePicture: DecodePicture,
): Promise<Restored> {
  const low = await decodePicture(file)
  const [width, height] = [factor * low.width, factor * low.height]
  if (width * height > MAX_SOURCE_PIXELS || Math.max(width, height) > MAX_DIMENSION) {
    const expected = `at most ${MAX_SOURCE_PIXELS / 1e6} megapixels and sides of ${MAX_DIMENSION} once it is ${factor} times as large`
    throw new StrataError('INPUT_TOO_LARGE', `picture: expected ${expected}, got ${low.width}x${low.height}`)
  }
  const image = resample(low, width, height, 'bicubic')
  return { image, method: 'plain', factor, note }
}
