import sharp from 'sharp'
import { StrataError } from '../../core/errors.ts'
import type { OpenPicture } from '../ingest/ingest.ts'
import { checkFrames, countFrames, ofFrames } from '../originals/frames.ts'
import { originalWithoutMetadata } from '../originals/original.ts'
import { onlyPixels } from '../originals/png-pixels.ts'

/** Pixels of a side to which the pixels shrink while they come: they are looked at by their decoder alone. */
const SIDE = 8

/**
 * The original without its metadata. All of its frames decode: in a damaged file the metadata of another one may stand where
 * pixels should be, and a repaired checksum would hide that something is missing.
 * A JPEG ends with EOI: what comes in its place is left out, and may have been pixels.
 * @throws StrataError INPUT_CORRUPT, INPUT_TOO_LARGE (all frames together), INPUT_UNSUPPORTED as originalWithoutMetadata
 */
export async function decodableOriginal(picture: OpenPicture): Promise<Uint8Array<ArrayBuffer>> {
  const bare = originalWithoutMetadata(picture)
  const file = picture.format === 'png' ? await onlyPixels(bare) : bare
  const frames = countFrames(picture)
  checkFrames(picture, frames)
  if (picture.format === 'jpeg' && !(file.at(-2) === 0xff && file.at(-1) === 0xd9))
    throw new StrataError(
      'INPUT_CORRUPT',
      'picture: expected EOI behind its scans, got what no decoder knows',
    )
  // libvips reads only the first picture of an APNG, but every frame has been decompressed.
  const animated = picture.format === 'webp' && frames > 1
  const pipeline = sharp(file, { failOn: 'error', limitInputPixels: false, animated })
  await ofFrames(() => pipeline.resize(SIDE, SIDE, { fit: 'fill' }).raw().toBuffer())
  return file
}
