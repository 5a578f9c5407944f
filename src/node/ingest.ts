import sharp, { type Metadata, type Sharp } from 'sharp'
import type { Rectangle, Size } from '../core/box.ts'
import { StrataError } from '../core/errors.ts'
import { type RgbImage, rgbImage } from '../core/image.ts'
import { MAX_DIMENSION, MAX_SOURCE_PIXELS } from '../format/layout.ts'
import { type Matte, WHITE } from './matte.ts'
import { describeUnknown, INPUT_FORMATS, type InputFormat, sniffFormat } from '../format/sniff.ts'

/** Pixels of a picture that is accepted by default: what the container holds, 300 MB once decoded. */
export const DEFAULT_MAX_PIXELS = MAX_SOURCE_PIXELS

const LANCZOS = { kernel: 'lanczos3', fit: 'fill' } as const

interface IngestOptions {
  /** Laid under transparent pixels. @default white */
  readonly matte?: Matte | undefined
  /** Largest declared width × height. Checked before anything is decoded. @default 100e6 */
  readonly maxPixels?: number | undefined
}

/** A picture file whose header was read and judged. Nothing of its pixels is decoded yet. */
export interface OpenPicture extends Size {
  readonly bytes: Uint8Array
  readonly format: InputFormat
  readonly metadata: Metadata
  readonly maxPixels: number
}

/** What of a picture is decoded, and how. */
interface DecodeOptions {
  /** The part that is wanted, in pixels of the upright picture. @default all of it */
  readonly part?: Rectangle | undefined
  /** Size to which that is scaled by Lanczos3, while it is decoded where the format can do so. @default its own */
  readonly size?: Size | undefined
  /** Laid under transparent pixels. @default none: alpha is kept */
  readonly matte?: Matte | undefined
}

/** Upright 8-bit sRGB, interleaved, rows from the top; the fourth channel is alpha, not multiplied into the others. */
export interface DecodedPicture extends Size {
  readonly channels: 3 | 4
  readonly data: Uint8Array
}

/**
 * Decodes an uploaded picture (JPEG, PNG, WebP, AVIF, TIFF, GIF) into upright 8-bit sRGB without alpha.
 * EXIF orientation is applied, ICC profiles and CMYK are converted, 16 bits become 8, transparency is flattened on
 * the matte. Of an animation or a multi-page file the first frame is taken: Strata stores still images.
 * @throws StrataError INPUT_EMPTY, INPUT_UNSUPPORTED (other formats, among them SVG), INPUT_TOO_LARGE, INPUT_CORRUPT
 */
export async function readPicture(bytes: Uint8Array, options: IngestOptions = {}): Promise<RgbImage> {
  const picture = await openPicture(bytes, options.maxPixels)
  const { width, height, data } = await decodePicture(picture, { matte: options.matte ?? WHITE })
  return rgbImage(width, height, data)
}

/**
 * Reads the header of an uploaded picture. `width` and `height` are those of the upright picture.
 * @throws StrataError INPUT_EMPTY, INPUT_UNSUPPORTED, INPUT_TOO_LARGE, INPUT_CORRUPT
 */
export async function openPicture(bytes: Uint8Array, maxPixels = DEFAULT_MAX_PIXELS): Promise<OpenPicture> {
  if (bytes.length === 0) throw new StrataError('INPUT_EMPTY', 'picture: expected a file, got 0 bytes')
  const format = sniffFormat(bytes)
  if (!format) {
    const expected = INPUT_FORMATS.join(', ')
    throw new StrataError(
      'INPUT_UNSUPPORTED',
      `picture: expected one of ${expected}, got ${describeUnknown(bytes)}`,
    )
  }
  // The size is read from the header alone and judged by us, so that the message can name it.
  const metadata = await orCorrupt(sharp(bytes, { limitInputPixels: false }).metadata())
  checkSize(metadata, maxPixels)
  const { width, height } = metadata.autoOrient
  return { bytes, format, metadata, maxPixels, width, height }
}

/** Decodes a picture as `readPicture` does, whole or in part, in its own size or scaled. @throws StrataError INPUT_CORRUPT */
export async function decodePicture(picture: OpenPicture, options: DecodeOptions): Promise<DecodedPicture> {
  const { bytes, metadata, maxPixels } = picture
  const { part, size, matte } = options
  // 'warning' is the strictest level: measured on PngSuite and on cut files of all six formats it refuses every
  // damaged one and accepts every valid one.
  const input = sharp(bytes, { failOn: 'warning', limitInputPixels: maxPixels }).autoOrient()
  const pipeline = convertEarly(input, metadata)
  if (matte) pipeline.flatten({ background: matte })
  if (part) pipeline.extract(part)
  // Shrinking on load by as much as possible would leave too little for the filter: visibly worse, hardly faster.
  if (size) pipeline.resize(size.width, size.height, { ...LANCZOS, fastShrinkOnLoad: false })
  return await orCorrupt(rawPicture(pipeline))
}

/**
 * Resizes with Lanczos3 on 8-bit values to exactly width × height. This is also how the reference of a layer is made
 * when rate-distortion is measured, so it must not depend on how the picture was stored (no shrink-on-load).
 */
export async function resizeLanczos(image: RgbImage, width: number, height: number): Promise<RgbImage> {
  if (width === image.width && height === image.height) return image
  const raw = { width: image.width, height: image.height, channels: 3 } as const
  const resized = await rawPicture(
    sharp(image.data, { raw, limitInputPixels: false }).resize(width, height, LANCZOS),
  )
  return rgbImage(width, height, resized.data)
}

function checkSize({ width, height }: Metadata, maxPixels: number): void {
  const size = `${width} × ${height}`
  if (width * height > maxPixels) {
    const expected = `at most ${maxPixels / 1e6} megapixels`
    throw new StrataError('INPUT_TOO_LARGE', `picture: expected ${expected}, got ${size}`)
  }
  if (Math.max(width, height) > MAX_DIMENSION) {
    throw new StrataError(
      'INPUT_TOO_LARGE',
      `picture: expected sides of at most ${MAX_DIMENSION}, got ${size}`,
    )
  }
}

/**
 * Moves the conversion to sRGB to the front of sharp's pipeline in the two cases where its usual place gives wrong
 * colours: 16-bit RGB with a profile is otherwise transformed to Display P3 and never on to sRGB, and grey with
 * alpha is otherwise flattened while still grey, on the red of the matte. Not for CMYK, whose profile would be lost.
 */
function convertEarly(input: Sharp, { depth, space, hasProfile, hasAlpha }: Metadata): Sharp {
  const profiled16 = depth === 'ushort' && hasProfile && space !== 'cmyk'
  const greyAlpha = hasAlpha && (space === 'b-w' || space === 'grey16')
  return profiled16 || greyAlpha ? input.pipelineColourspace('srgb') : input
}

async function rawPicture(pipeline: Sharp): Promise<DecodedPicture> {
  const { data, info } = await pipeline
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  const { width, height, channels } = info
  if (channels !== 3 && channels !== 4) throw new Error(`decoded to ${channels} channels instead of 3 or 4`)
  return { width, height, channels, data: new Uint8Array(data.buffer, data.byteOffset, data.length) }
}

/** libvips reports damage as plain text of one or more lines; the first says enough. */
async function orCorrupt<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (cause) {
    const [reason] = String(cause instanceof Error ? cause.message : cause).split('\n')
    throw new StrataError('INPUT_CORRUPT', `picture: cannot be decoded (${reason?.replace(/[:\s]+$/, '')})`, {
      cause,
    })
  }
}
