import sharp, { type Metadata, type Sharp } from 'sharp'
import type { Rectangle, Size } from '../../core/box.ts'
import { StrataError } from '../../core/errors.ts'
import { type RgbImage, rgbImage } from '../../core/image.ts'
import { MAX_DIMENSION, MAX_SOURCE_PIXELS } from '../../core/limits/table.ts'
import { declaredAvifSizes } from '../../format/pictures/avif.ts'
import { describeUnknown, INPUT_FORMATS, type InputFormat, sniffFormat } from '../../format/sniff.ts'
import { type Cicp, readCicp } from './cicp.ts'
import { partialFrame } from './gif-frame.ts'
import { type Matte, WHITE } from './matte.ts'
import { toSrgb } from './to-srgb.ts'

/**
 * Files that end early and those that cannot be decoded are refused; what a decoder only complains about is not, as in
 * browsers: phones write JPEGs with wrong scan parameters or with padding before a marker, and TIFFs whose entries are out
 * of order. Damage inside of entropy-coded data is found by neither level where it still decodes to something. What may be
 * missing is what comes after the last pixel: IEND of a PNG, the trailer of a GIF.
 */
const FAIL_ON = 'error'

/** Whether libvips has a decoder of HEVC. That of sharp's prebuilt packages has none. */
const DECODES_HEIC = sharp.format.heif.input.fileSuffix?.includes('.heic') === true

const LANCZOS = { kernel: 'lanczos3', fit: 'fill' } as const

interface IngestOptions {
  /** Laid under transparent pixels. @default white */
  readonly matte?: Matte | undefined
  /** Largest declared width × height. Checked before anything is decoded. @default MAX_SOURCE_PIXELS */
  readonly maxPixels?: number | undefined
}

/** A picture file whose header was read and judged. Nothing of its pixels is decoded yet. */
export interface OpenPicture extends Size {
  readonly bytes: Uint8Array
  readonly format: InputFormat
  readonly metadata: Metadata
  readonly maxPixels: number
  /** What the file says of its values without a profile, or in spite of it. */
  readonly cicp: Cicp | undefined
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
export async function openPicture(bytes: Uint8Array, maxPixels = MAX_SOURCE_PIXELS): Promise<OpenPicture> {
  if (bytes.length === 0) throw new StrataError('INPUT_EMPTY', 'picture: expected a file, got 0 bytes')
  const format = sniffFormat(bytes)
  if (!format) {
    const expected = INPUT_FORMATS.join(', ')
    throw new StrataError(
      'INPUT_UNSUPPORTED',
      `picture: expected one of ${expected}, got ${describeUnknown(bytes)}`,
    )
  }
  if (format === 'heic' && !DECODES_HEIC) throw heicUnsupported()
  // libvips complains on stderr of sizes of an AVIF that it cannot hold, and goes on with another size.
  if (format === 'avif') for (const size of declaredAvifSizes(bytes)) checkSides(size)
  // The size is read from the header alone and judged by us, so that the message can name it.
  const header = sharp(bytes, { failOn: FAIL_ON, limitInputPixels: false }).metadata()
  const metadata = await orCorrupt(header, format)
  checkSize(metadata, maxPixels)
  const cicp = readCicp(format, bytes)
  toSrgb(cicp) // it throws for what cannot be converted
  const { width, height } = metadata.autoOrient
  return { bytes, format, metadata, maxPixels, cicp, width, height }
}

/** Decodes a picture as `readPicture` does, whole or in part, in its own size or scaled. @throws StrataError INPUT_CORRUPT */
export async function decodePicture(picture: OpenPicture, options: DecodeOptions): Promise<DecodedPicture> {
  const { part, size, matte } = options
  const pipeline = await inputOf(picture)
  if (matte) pipeline.flatten({ background: matte })
  if (part) pipeline.extract(part)
  // Shrinking on load by as much as possible would leave too little for the filter: visibly worse, hardly faster.
  if (size) pipeline.resize(size.width, size.height, { ...LANCZOS, fastShrinkOnLoad: false })
  return await orCorrupt(rawPicture(pipeline), picture.format)
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

function checkSize({ width, height }: Size, maxPixels: number): void {
  if (width * height > maxPixels) {
    const [expected, size] = [`at most ${maxPixels / 1e6} megapixels`, `${width} × ${height}`]
    throw new StrataError('INPUT_TOO_LARGE', `picture: expected ${expected}, got ${size}`)
  }
  checkSides({ width, height })
}

function checkSides({ width, height }: Size): void {
  if (Math.max(width, height) <= MAX_DIMENSION) return
  const [expected, size] = [`sides of at most ${MAX_DIMENSION}`, `${width} × ${height}`]
  throw new StrataError('INPUT_TOO_LARGE', `picture: expected ${expected}, got ${size}`)
}

/**
 * The pipeline's beginning: upright, and such that what sharp does next is right. Some files are decoded whole before it,
 * because sharp would go wrong on them: values that the file declares without a profile, a GIF's frame that is smaller than
 * its canvas, and grey with a profile, which sharp ignores where there are 16 bits or alpha.
 */
async function inputOf(picture: OpenPicture): Promise<Sharp> {
  const { bytes, format, metadata, maxPixels, cicp } = picture
  const convert = toSrgb(cicp)
  const ignoreIcc = format === 'png' && cicp !== undefined
  const hasProfile = metadata.hasProfile && !ignoreIcc
  const frame = format === 'gif' && !metadata.hasAlpha ? partialFrame(bytes, picture) : undefined
  const open = (file: Uint8Array) =>
    sharp(file, { failOn: FAIL_ON, limitInputPixels: maxPixels, ignoreIcc }).autoOrient()
  let input = open(bytes)
  if (isGrey(metadata) && hasProfile && metadata.depth === 'ushort') {
    // The profile is heeded in 8 bits only.
    const png = input.toColourspace('b-w').keepIccProfile().png({ compressionLevel: 0 }).toBuffer()
    input = open(await orCorrupt(png, format))
  }
  const isWhole = isGrey(metadata) && hasProfile && metadata.hasAlpha
  if (convert === undefined && frame === undefined && !isWhole)
    return convertEarly(input, { ...metadata, hasProfile })
  if (frame) input.extract(frame)
  const { data, ...raw } = await orCorrupt(rawPicture(input), format)
  convert?.(data, raw.channels)
  const decoded = sharp(data, { raw, limitInputPixels: false })
  return frame ? await onCanvas(decoded, frame, picture) : decoded
}

async function onCanvas(decoded: Sharp, frame: Rectangle, canvas: Size): Promise<Sharp> {
  const around = {
    left: frame.left,
    top: frame.top,
    right: canvas.width - frame.left - frame.width,
    bottom: canvas.height - frame.top - frame.height,
  }
  const background = { r: 0, g: 0, b: 0, alpha: 0 }
  const { data, ...raw } = await rawPicture(decoded.ensureAlpha().extend({ ...around, background }))
  return sharp(data, { raw, limitInputPixels: false })
}

/**
 * Moves the conversion to sRGB to the front of sharp's pipeline in the two cases where its usual place gives wrong
 * colours: 16-bit RGB with a profile is otherwise transformed to Display P3 and never on to sRGB, and grey with
 * alpha is otherwise flattened while still grey, on the red of the matte. Not for CMYK, whose profile would be lost.
 */
function convertEarly(input: Sharp, metadata: Metadata): Sharp {
  const { depth, space, hasProfile, hasAlpha } = metadata
  const profiled16 = depth === 'ushort' && hasProfile && space !== 'cmyk' && !isGrey(metadata)
  return profiled16 || (hasAlpha && isGrey(metadata)) ? input.pipelineColourspace('srgb') : input
}

function isGrey({ space }: Metadata): boolean {
  return space === 'b-w' || space === 'grey16'
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

/** libvips reports damage as plain text of one or more lines; the first that names a cause says enough. */
async function orCorrupt<T>(work: Promise<T>, format: InputFormat): Promise<T> {
  try {
    return await work
  } catch (cause) {
    const lines = String(cause instanceof Error ? cause.message : cause).split('\n')
    const reason = (lines.find((line) => !/failOn/.test(line)) ?? '').replace(/[:\s]+$/, '')
    // A libvips that knows HEIC may still lack the decoder, which is a part of its own.
    if (format === 'heic' && /unsupported|plugin|codec/i.test(reason)) throw heicUnsupported(cause)
    throw new StrataError('INPUT_CORRUPT', `picture: cannot be decoded (${reason || 'damaged'})`, { cause })
  }
}

function heicUnsupported(cause?: unknown): StrataError {
  const expected = INPUT_FORMATS.join(', ')
  const advice = 'convert it to JPEG, or install sharp at the origin with a libvips that decodes HEIC'
  return new StrataError(
    'INPUT_UNSUPPORTED',
    `picture: expected one of ${expected}, got a HEIC file; ${advice}`,
    {
      cause,
    },
  )
}
