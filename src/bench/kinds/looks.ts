import { StrataError } from '../../core/errors.ts'
import { type RgbImage, rgbImage } from '../../core/image.ts'
import { type DecodedPicture, decodePicture, openPicture } from '../../node/ingest/ingest.ts'
import { createJudge, type Judge } from '../../pixels/judge.ts'

/** Grey levels of the backgrounds under a picture with alpha: pages are light or dark. */
const GROUNDS = [255, 32] as const

/**
 * Pixels above which only three windows of a picture are compared, each with a third of these pixels, at the top, in
 * the middle and at the bottom.
 */
const WHOLE_PIXELS = 3e6

/** Similarity of a picture to its reference. */
export interface Look {
  /** SSIMULACRA2 on the worse background; the mean over windows. */
  readonly score: number
  /** Whether all pixels are equal. */
  readonly isExact: boolean
}

/** Compares files with one picture. */
export interface Looker {
  /** @throws StrataError INPUT_*, INTERNAL for a file of another size */
  look(file: Uint8Array): Promise<Look>
}

/** Composites a picture over white. */
export function onWhite(picture: DecodedPicture): DecodedPicture {
  return { ...flatten(picture, GROUNDS[0]), channels: 3 }
}

interface LookerOptions {
  /** @default decodes the first frame, as the origin does */
  readonly decode?: (file: Uint8Array) => Promise<DecodedPicture>
  /** Pixels up to which the whole picture is compared. @default 3e6 */
  readonly wholePixels?: number
}

/** @param reference RGB, or RGBA, which is compared on both backgrounds */
export function createLooker(reference: DecodedPicture, options: LookerOptions = {}): Looker {
  const { decode = decodeFirst, wholePixels = WHOLE_PIXELS } = options
  const { width, height } = reference
  const grounds = reference.channels === 4 ? GROUNDS : GROUNDS.slice(0, 1)
  const windows = windowsOf(width, height, wholePixels)
  const flat = grounds.map((ground) => flatten(reference, ground))
  const judges = flat.map((picture) => windows.map((rows): Judge => createJudge(cut(picture, rows))))

  async function look(file: Uint8Array): Promise<Look> {
    const decoded = await decode(file)
    if (decoded.width !== width || decoded.height !== height) {
      const sizes = `${width} x ${height}, got ${decoded.width} x ${decoded.height}`
      throw new StrataError('INTERNAL', `picture: expected ${sizes}`)
    }
    const shown = grounds.map((ground) => flatten(decoded, ground))
    const scores = shown.map((picture, ground) => {
      const each = windows.map((rows, i) => judges[ground]![i]!.score(cut(picture, rows), 'ssimulacra2'))
      return each.reduce((sum, score) => sum + score, 0) / each.length
    })
    const isExact = shown.every(({ data }, ground) => Buffer.compare(data, flat[ground]!.data) === 0)
    return { score: Math.min(...scores), isExact }
  }
  return { look }
}

async function decodeFirst(file: Uint8Array): Promise<DecodedPicture> {
  return await decodePicture(await openPicture(file.slice()), {})
}

interface Rows {
  readonly top: number
  readonly height: number
}

function windowsOf(width: number, height: number, wholePixels: number): Rows[] {
  if (width * height <= wholePixels) return [{ top: 0, height }]
  const rows = Math.floor(wholePixels / 3 / width)
  return [0, (height - rows) >> 1, height - rows].map((top) => ({ top, height: rows }))
}

function cut({ width, data }: RgbImage, { top, height }: Rows): RgbImage {
  return rgbImage(width, height, data.subarray(3 * width * top, 3 * width * (top + height)))
}

function flatten({ width, height, channels, data }: DecodedPicture, ground: number): RgbImage {
  if (channels === 3) return { width, height, data }
  const rgb = new Uint8Array(3 * width * height)
  for (let from = 0, to = 0; from < data.length; from += 4) {
    const alpha = data[from + 3]! / 255
    for (let channel = 0; channel < 3; channel++) {
      rgb[to++] = Math.round(data[from + channel]! * alpha + ground * (1 - alpha))
    }
  }
  return { width, height, data: rgb }
}
