import sharp from 'sharp'
import type { Size } from '../../core/box.ts'
import { StrataError } from '../../core/errors.ts'
import type { PictureCoding } from '../../format/coding.ts'
import type { DecodedPicture } from '../ingest/ingest.ts'
import { decodeFile, hidesSomething, samePixels } from '../pixels.ts'

interface Expected extends Size {
  readonly coding: PictureCoding
  readonly alpha: boolean
  /** The pixels that a lossless layer must have. */
  readonly exactly?: DecodedPicture | undefined
}

/** How sharp calls the formats of the codings. */
const FORMATS: Readonly<Record<PictureCoding, string>> = {
  webp: 'webp',
  'webp-animated': 'webp',
  avif: 'heif',
  png: 'png',
}

/**
 * Decodes a still layer once more, by the decoder that everybody's is like, before it leaves.
 * @throws StrataError VERIFY_FAILED where format, size, alpha or the pixels of a lossless layer are not as they should be
 */
export async function verifyLayer(file: Uint8Array, expected: Expected): Promise<void> {
  const { format = 'none', pages = 1 } = await sharp(file, { limitInputPixels: false }).metadata()
  need('format', FORMATS[expected.coding], format)
  need('frames', 1, pages)
  const decoded = await decodeFile(file)
  need('size', `${expected.width} × ${expected.height}`, `${decoded.width} × ${decoded.height}`)
  need('alpha', expected.alpha, hidesSomething(decoded))
  if (expected.exactly) need('same pixels', true, samePixels(expected.exactly, decoded))
}

/** @throws StrataError VERIFY_FAILED unless both are equal */
export function need(what: string, expected: unknown, actual: unknown): void {
  if (expected === actual) return
  throw new StrataError('VERIFY_FAILED', `layer: expected ${what} ${expected}, got ${actual}`)
}
