import { resample } from '../pixels/resample.ts'
import type { DecodePicture, Restored } from './rescaler.ts'

/**
 * Upscales a file without hidden detail, as the result of `Rescaler.restore`.
 * @param note the reason, as a text for people
 * @throws StrataError INPUT_* as `decodePicture`
 */
export async function upscalePlainly(
  file: Uint8Array,
  factor: number,
  note: string,
  decodePicture: DecodePicture,
): Promise<Restored> {
  const low = await decodePicture(file)
  const image = resample(low, factor * low.width, factor * low.height, 'bicubic')
  return { image, method: 'plain', factor, note }
}
