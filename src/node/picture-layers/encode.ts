import type { Size } from '../../core/box.ts'
import { MAX_FORMAT_SIDE } from '../../core/limits/table.ts'
import type { PictureCoding } from '../../format/coding.ts'
import type { DecodedPicture } from '../ingest/ingest.ts'
import { decodeFile, samePixels, sharpOf } from '../pixels.ts'

/** A picture file, and how it was made. */
export interface CodedPicture {
  readonly coding: PictureCoding
  readonly file: Uint8Array
  readonly lossless: boolean
  /** SSIMULACRA2 against the picture that it was made from; undefined where it is too small for one. */
  readonly score: number | undefined
}

/** Codings that lose something, by how much of it they lose. */
export const LOSSY = ['webp', 'avif'] as const
export type LossyCoding = (typeof LOSSY)[number]

/** Pixels up to which AVIF is made slowly: a tenth smaller for drawings, a fourth for gradients, in three times the time. */
const SLOW_AVIF_PIXELS = 1.5e6

/** Effort of an AVIF that only shows what a layer needs: in a seventh of the time of effort 4. */
export const ROUGH_EFFORT = 2

/** Pixels up to which the colours under wholly transparent pixels are kept. No picture shows them; large ones would grow. */
const EXACT_PIXELS = 64 * 64

/** Pixels up to which PNG, which large pictures are never smaller in, is tried. */
const PNG_PIXELS = 128 * 128

export function fits({ width, height }: Size, coding: LossyCoding): boolean {
  return Math.max(width, height) <= MAX_FORMAT_SIDE[coding]
}

/** Effort of the AVIF that is kept of a picture of this size. */
export function finalEffort({ width, height }: Size): number {
  return width * height <= SLOW_AVIF_PIXELS ? 4 : 3
}

/**
 * @param setting 1 to 100, the encoder's own
 * @param picture what is wholly transparent is seldom smallest with its own colours: see `underfilled`
 * @param effort of AVIF, 0 to 9
 */
export async function encodeLossy(
  picture: DecodedPicture,
  coding: LossyCoding,
  setting: number,
  effort = finalEffort(picture),
): Promise<Uint8Array> {
  const prepared = sharpOf(picture)
  if (coding === 'webp') {
    return own(
      await prepared
        .webp({ quality: setting, alphaQuality: 100, smartSubsample: true, effort: 4 })
        .toBuffer(),
    )
  }
  return own(await prepared.avif({ quality: setting, effort, chromaSubsampling: '4:4:4' }).toBuffer())
}

/**
 * WebP whose pixels differ only where they are no flat area, and little: half as much smaller than lossless as lossy is.
 * @param setting 1 to 99: every 20 keep one more bit
 */
export async function encodeNearLossless(picture: DecodedPicture, setting: number): Promise<Uint8Array> {
  return own(await sharpOf(picture).webp({ nearLossless: true, quality: setting, effort: 4 }).toBuffer())
}

/**
 * The smallest file with exactly these pixels: WebP, or PNG where that is smaller, or where the picture is too long for WebP.
 * @param only one coding, where it was asked for
 */
export async function encodeLossless(
  picture: DecodedPicture,
  only?: PictureCoding,
): Promise<Pick<CodedPicture, 'coding' | 'file'>> {
  const pixels = picture.width * picture.height
  const asWebp = fits(picture, 'webp') && only !== 'png'
  const asPng = only === undefined ? !asWebp || pixels <= PNG_PIXELS : only === 'png'
  const made: Pick<CodedPicture, 'coding' | 'file'>[] = []
  if (asWebp) {
    const exact = pixels <= EXACT_PIXELS
    made.push({
      coding: 'webp',
      file: own(await sharpOf(picture).webp({ lossless: true, effort: 4, exact }).toBuffer()),
    })
  }
  if (asPng || made.length === 0) made.push({ coding: 'png', file: await encodePng(picture) })
  return made.reduce((best, next) => (next.file.length < best.file.length ? next : best))
}

/** A PNG with these pixels: with a palette where that holds them all. */
async function encodePng(picture: DecodedPicture): Promise<Uint8Array> {
  const colours = coloursOf(picture)
  if (colours !== undefined) {
    const palette = own(
      await sharpOf(picture)
        .png({ palette: true, colours, dither: 0, effort: 7, compressionLevel: 9 })
        .toBuffer(),
    )
    if (samePixels(await decodeFile(palette), picture)) return palette
  }
  const file = sharpOf(picture).png({ compressionLevel: 9, adaptiveFiltering: !isFlat(picture) })
  return own(await file.toBuffer())
}

/** How many colours there are, when a palette may hold them all. */
function coloursOf({ channels, data }: DecodedPicture): number | undefined {
  const colours = new Set<number>()
  for (let at = 0; at < data.length; at += channels) {
    const alpha = channels === 4 ? data[at + 3]! : 255
    colours.add(alpha * 2 ** 24 + data[at]! * 2 ** 16 + data[at + 1]! * 2 ** 8 + data[at + 2]!)
    if (colours.size > 256) return undefined
  }
  return Math.max(2, colours.size)
}

/** Filters help where values change slowly; where areas are flat they only hide repetitions. */
function isFlat({ width, channels, data }: DecodedPicture): boolean {
  let [same, all] = [0, 0]
  for (let at = channels; at < data.length; at += 7 * channels) {
    all++
    if (data[at] === data[at - channels]) same++
  }
  return width < 2 || same > 0.7 * all
}

/** A buffer of its own: sharp's may lie in a larger one. */
function own(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer)
}
