import type { RgbImage } from '../../core/image.ts'
import { encodeRival, type RivalCodec } from '../../node/rival-files.ts'

/** How far above the wanted bytes a file still counts as equal to them. */
const TOLERANCE = 0.01

const WORST = 1
const BEST = 100

/** A file of a codec and the quality, 1 to 100, that gave it. */
interface SizedFile {
  readonly quality: number
  readonly file: Uint8Array<ArrayBuffer>
}

/**
 * The file of a picture that has as many bytes as wanted: of the largest quality at which it is at most 1 % larger, by
 * bisection, which takes bytes to grow with quality. Where even the worst quality gives more, that one's file: the
 * nearest there is. A codec's steps can be coarse, so the file may also be some per cent smaller than wanted.
 */
export async function encodeToSize(picture: RgbImage, codec: RivalCodec, bytes: number): Promise<SizedFile> {
  const limit = bytes * (1 + TOLERANCE)
  let [low, high] = [WORST, BEST + 1]
  let found: SizedFile = { quality: WORST, file: await encodeRival(picture, codec, WORST) }
  if (found.file.length > limit) return found
  while (high - low > 1) {
    const quality = (low + high) >> 1
    const file = await encodeRival(picture, codec, quality)
    if (file.length > limit) {
      high = quality
    } else {
      low = quality
      found = { quality, file }
    }
  }
  return found
}
