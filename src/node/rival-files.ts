import sharp, { type Sharp } from 'sharp'
import type { RgbImage } from '../core/image.ts'
import { createJudge, type Judge, type Metric } from '../pixels/judge.ts'
import { readPicture } from './ingest/ingest.ts'

/** What other image services send, 4:2:0 and else as sharp does it by default, which IPX and many of them use. */
export const RIVALS = ['mozjpeg', 'webp', 'avif'] as const
export type RivalCodec = (typeof RIVALS)[number]

/** Of AVIF files whose decoding or encoding is timed. */
export const AVIF_QUALITY = 60

/** What counts of a file. */
interface RivalPoint {
  readonly bytes: number
  /** Against the picture it was made from, by the metric. */
  readonly score: number
}

/** Between two of them bytes and scores are as good as on a line. */
const QUALITIES = Array.from({ length: 25 }, (_, i) => 2 + 4 * i)

/** One picture as files of one codec, each made when it is first needed. */
export class RivalFiles {
  readonly #picture: RgbImage
  readonly #codec: RivalCodec
  readonly #metric: Metric
  readonly #judge: Judge
  readonly #points = new Map<number, RivalPoint & { readonly file: Uint8Array }>()

  /** @param judge of the same picture, where there is one already */
  constructor(picture: RgbImage, codec: RivalCodec, metric: Metric, judge = createJudge(picture)) {
    this.#picture = picture
    this.#codec = codec
    this.#metric = metric
    this.#judge = judge
  }

  /**
   * Bytes of the file whose score is exactly this: between the two neighbouring qualities around it, by their
   * logarithms. Below the worst file that one's bytes; undefined when the best is not good enough.
   */
  async bytesAt(wanted: number): Promise<number | undefined> {
    const above = await this.#search(wanted)
    if (above === QUALITIES.length) return undefined
    if (above === 0) return (await this.#at(above)).bytes
    return interpolate(await this.#at(above - 1), await this.#at(above), wanted)
  }

  /** The smallest file that has at least this score, or the best there is. */
  async fileAt(wanted: number): Promise<Uint8Array> {
    return (await this.#at(Math.min(await this.#search(wanted), QUALITIES.length - 1))).file
  }

  /** Index of the lowest quality with that score; the number of qualities when none is. */
  async #search(wanted: number): Promise<number> {
    let [below, above] = [-1, QUALITIES.length]
    while (above - below > 1) {
      const middle = (below + above) >> 1
      if ((await this.#at(middle)).score < wanted) below = middle
      else above = middle
    }
    return above
  }

  async #at(index: number): Promise<RivalPoint & { readonly file: Uint8Array }> {
    const known = this.#points.get(index)
    if (known) return known
    const quality = QUALITIES[index]!
    const file = await encodeRival(this.#picture, this.#codec, quality)
    const score = this.#judge.score(await readPicture(file.slice()), this.#metric)
    const point = { file, bytes: file.length, score }
    this.#points.set(index, point)
    return point
  }
}

/** `below` is worse than `wanted`, `above` is not. */
export function interpolate(below: RivalPoint, above: RivalPoint, wanted: number): number {
  const share = (wanted - below.score) / (above.score - below.score)
  return Math.exp(Math.log(below.bytes) * (1 - share) + Math.log(above.bytes) * share)
}

/** A file in a buffer of its own: sharp's may lie in a larger one. */
export async function encodeRival(
  { width, height, data }: RgbImage,
  codec: RivalCodec,
  quality: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const raw = sharp(data, { raw: { width, height, channels: 3 }, limitInputPixels: false })
  return new Uint8Array(await encoder(raw, codec, quality).toBuffer())
}

function encoder(raw: Sharp, codec: RivalCodec, quality: number): Sharp {
  if (codec === 'webp') return raw.webp({ quality })
  if (codec === 'avif') return raw.avif({ quality, chromaSubsampling: '4:2:0' })
  return raw.jpeg({ quality, mozjpeg: true })
}
