import { resample } from '../pixels/resample.ts'
import type { DecodePicture, Restored } from './rescaler.ts'

/**
 * What `Rescaler.restore` makes of a file that hides nothing.
 * @param note why, for people
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
