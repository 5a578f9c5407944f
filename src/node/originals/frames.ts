import { dataView } from '../../core/bytes.ts'
import { StrataError } from '../../core/errors.ts'
import { MAX_ANIMATION_PIXELS } from '../../core/limits/table.ts'
import type { OpenPicture } from '../ingest/ingest.ts'
import { apngToWebp, countApngFrames } from './apng.ts'
import { webpChunks } from './original.ts'

/** Frames of an original: 1 for a still, and for pages of another kind than frames. */
export function countFrames({ bytes, format, metadata }: OpenPicture): number {
  if (format === 'png') return countApngFrames(bytes)
  return format === 'gif' || format === 'webp' ? (metadata.pages ?? 1) : 1
}

/** Whether the frames are so many or so large that only the first is taken. */
export function isTooLong({ width, height }: OpenPicture, frames: number): boolean {
  return width * height * frames > MAX_ANIMATION_PIXELS
}

/** @throws StrataError INPUT_TOO_LARGE where all frames together have too many pixels */
export function checkFrames(picture: OpenPicture, frames: number): void {
  if (!isTooLong(picture, frames)) return
  const expected = `frames of at most ${MAX_ANIMATION_PIXELS / 1e6} megapixels together`
  throw new StrataError('INPUT_TOO_LARGE', `picture: expected ${expected}, got ${frames} frames`)
}

/** What is made of all frames. @throws StrataError INPUT_CORRUPT where one of them cannot be decoded; whatever else `work` throws */
export async function ofFrames<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (cause instanceof StrataError) throw cause
    throw new StrataError('INPUT_CORRUPT', 'picture: its frames cannot be decoded', { cause })
  }
}

/** The file with its frames as libvips reads them: an APNG as an animated WebP, which it is turned into without loss. */
export async function animatedFile(picture: OpenPicture): Promise<Uint8Array> {
  return picture.format === 'png' ? await apngToWebp(picture.bytes) : picture.bytes
}

/** Frames of an animated WebP (RFC 9649 §2.7.1.1), and the milliseconds that they are shown together. */
export function webpFrames(file: Uint8Array): { readonly frames: number; readonly duration: number } {
  let [frames, duration] = [0, 0]
  for (const chunk of webpChunks(file)) {
    if (String.fromCharCode(...chunk.subarray(0, 4)) !== 'ANMF' || chunk.length < 24) continue
    frames++
    duration += dataView(chunk).getUint32(8 + 12, true) & 0xffffff
  }
  return { frames, duration }
}
