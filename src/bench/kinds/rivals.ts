import sharp, { type Sharp } from 'sharp'
import { MAX_FORMAT_SIDE } from '../../core/limits/table.ts'
import type { DecodedPicture } from '../../node/ingest/ingest.ts'
import { interpolate } from '../../node/rival-files.ts'
import type { Look, Looker } from './looks.ts'

/** Codings that an image service could choose, all made by sharp. */
const LOSSY = {
  webp: (raw: Sharp, quality: number) => raw.webp({ quality, effort: 4 }),
  'avif-444': (raw: Sharp, quality: number) => raw.avif({ quality, effort: 4, chromaSubsampling: '4:4:4' }),
  'avif-420': (raw: Sharp, quality: number) => raw.avif({ quality, effort: 4, chromaSubsampling: '4:2:0' }),
  mozjpeg: (raw: Sharp, quality: number) => raw.jpeg({ quality, mozjpeg: true }),
} as const
type Lossy = keyof typeof LOSSY

/** Codings whose quality scale is too coarse to interpolate: a few files each. */
const STEPPED = {
  'webp-near-lossless': [10, 20, 40, 60, 80].map((quality) => (raw: Sharp) => {
    return raw.webp({ nearLossless: true, quality, effort: 4 })
  }),
  'webp-lossless': [(raw: Sharp) => raw.webp({ lossless: true, effort: 4 })],
  png: [(raw: Sharp) => raw.png({ compressionLevel: 9 })],
  gif: [(raw: Sharp) => raw.gif({ effort: 7 })],
} as const
type Stepped = keyof typeof STEPPED

export type Rival = Lossy | Stepped

/** Codings for a modern client, and for an old one. */
export const MODERN: readonly Rival[] = [
  'webp',
  'avif-444',
  'avif-420',
  'webp-near-lossless',
  'webp-lossless',
  'png',
]
export const OLD: readonly Rival[] = ['mozjpeg', 'png']

/** The same for animations. */
export const MODERN_ANIMATED: readonly Rival[] = ['webp', 'webp-near-lossless', 'webp-lossless']
export const OLD_ANIMATED: readonly Rival[] = ['gif']

/** Formats with a limit of the size. */
const LOSSY_FORMATS = ['webp', 'avif'] as const

const QUALITIES: readonly number[] = Array.from({ length: 25 }, (_, i) => 2 + 4 * i)

/** The smallest of some rivals' files. */
export interface Best {
  readonly rival: Rival
  readonly bytes: number
}

type Point = Look & { readonly bytes: number }

/** The rivals' files of one picture, each made and compared once. */
export class RivalCurves {
  readonly #picture: DecodedPicture
  readonly #looker: Looker
  readonly #frameHeight: number
  readonly #points = new Map<string, Promise<Point>>()

  /** @param frameHeight rows of a frame, if frames are stacked vertically. @default all */
  constructor(picture: DecodedPicture, looker: Looker, frameHeight = picture.height) {
    this.#picture = picture
    this.#looker = looker
    this.#frameHeight = frameHeight
  }

  /**
   * The fewest bytes with which one of these rivals has the score. For a lossy rival they are interpolated by
   * logarithms between the two nearest qualities, or are those of its worst file if even that is better; for others
   * they are those of the smallest file that is not worse. Undefined if none reaches the score.
   */
  async bestAt(score: number, rivals: readonly Rival[]): Promise<Best | undefined> {
    const found: Best[] = []
    for (const rival of rivals.filter((each) => this.#fits(each))) {
      const bytes = isStepped(rival) ? await this.#steppedAt(score, rival) : await this.#lossyAt(score, rival)
      if (bytes !== undefined) found.push({ rival, bytes: Math.round(bytes) })
    }
    return found.sort((a, b) => a.bytes - b.bytes)[0]
  }

  /** The smallest lossless file of these rivals. */
  async bestExact(rivals: readonly Rival[]): Promise<Best | undefined> {
    const found: Best[] = []
    for (const rival of rivals.filter(isStepped).filter((each) => this.#fits(each))) {
      for (const { bytes, isExact } of await this.#steps(rival)) if (isExact) found.push({ rival, bytes })
    }
    return found.sort((a, b) => a.bytes - b.bytes)[0]
  }

  /** Whether the format holds a picture of this size. */
  #fits(rival: Rival): boolean {
    const side = Math.max(this.#picture.width, this.#frameHeight)
    const format = LOSSY_FORMATS.find((name) => rival.startsWith(name))
    return format === undefined || side <= MAX_FORMAT_SIDE[format]
  }

  async #steppedAt(wanted: number, rival: Stepped): Promise<number | undefined> {
    const good = (await this.#steps(rival)).filter(({ score }) => score >= wanted)
    return good.length === 0 ? undefined : Math.min(...good.map(({ bytes }) => bytes))
  }

  async #lossyAt(wanted: number, rival: Lossy): Promise<number | undefined> {
    const at = (index: number) => {
      const quality = QUALITIES[index]!
      return this.#point(`${rival} ${quality}`, (raw) => LOSSY[rival](raw, quality))
    }
    let [below, above] = [-1, QUALITIES.length]
    while (above - below > 1) {
      const middle = (below + above) >> 1
      if ((await at(middle)).score < wanted) below = middle
      else above = middle
    }
    if (above === QUALITIES.length) return undefined
    if (above === 0) return (await at(0)).bytes
    return interpolate(await at(above - 1), await at(above), wanted)
  }

  async #steps(rival: Stepped): Promise<Point[]> {
    const points: Point[] = []
    for (const [i, step] of STEPPED[rival].entries()) points.push(await this.#point(`${rival} ${i}`, step))
    return points
  }

  #point(name: string, encode: (raw: Sharp) => Sharp): Promise<Point> {
    const known = this.#points.get(name) ?? this.#measure(encode)
    this.#points.set(name, known)
    return known
  }

  async #measure(encode: (raw: Sharp) => Sharp): Promise<Point> {
    const { width, height, channels, data } = this.#picture
    const pages = this.#frameHeight < height && { pageHeight: this.#frameHeight }
    const raw = sharp(data, { raw: { width, height, channels, ...pages }, limitInputPixels: false })
    const file = new Uint8Array(await encode(raw).toBuffer())
    return { bytes: file.length, ...(await this.#looker.look(file)) }
  }
}

function isStepped(rival: Rival): rival is Stepped {
  return rival in STEPPED
}
