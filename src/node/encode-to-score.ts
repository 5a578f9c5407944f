import { type EncodedLayers, type EncodeOptions, encodeLayers } from '../codec/compass/encoder/encode.ts'
import { searchQualities } from '../codec/quality-search.ts'
import type { RgbImage } from '../core/image.ts'
import { layerHeight, type Rung } from '../format/ladder.ts'
import { createSsimulacra2Pass, SMALLEST_SIDE } from '../pixels/ssimulacra2.ts'
import type { QualitySearch } from './encode-picture.ts'

/**
 * Encodes a picture with each searched layer at the quality at which it has the score that was asked for, and writes the scores
 * into the header. Every try encodes the layers up to its own; the last one mostly is the file.
 * @throws StrataError as `encodePicture`
 */
export async function encodeToScore(
  image: RgbImage,
  { score: target, layers }: QualitySearch,
  options: EncodeOptions,
): Promise<Uint8Array> {
  const sources = new Map<number, Promise<RgbImage>>()
  const resize = (picture: RgbImage, width: number, height: number) => {
    const source = sources.get(width) ?? options.resize(picture, width, height)
    sources.set(width, source)
    return source
  }
  let latest: { readonly ladder: readonly Rung[]; readonly encoded: EncodedLayers } | undefined

  async function score(ladder: readonly Rung[]): Promise<number | undefined> {
    const { width } = ladder.at(-1)!
    const height = layerHeight(width, image.width, image.height)
    if (Math.min(width, height) < SMALLEST_SIDE) return undefined
    const source = width === image.width ? image : await resize(image, width, height)
    const pass = createSsimulacra2Pass(width, height)
    const encoded = await encodeLayers(image, { ...options, resize, ladder }, (rows, top) => {
      const from = 3 * width * top
      pass.write(source.data.subarray(from, from + rows.length), rows)
    })
    latest = { ladder, encoded }
    return pass.score()
  }

  const found = await searchQualities(options.ladder, layers, target, score)
  const isLatest = latest !== undefined && sameQualities(latest.ladder, found.ladder)
  const encoded = isLatest
    ? latest!.encoded
    : await encodeLayers(image, { ...options, resize, ladder: found.ladder })
  const file = encoded.write(
    found.scores.map((value) => (value === undefined ? 0 : Math.min(Math.max(Math.round(value), 1), 100))),
  )
  if (options.verify) await encoded.verify(file)
  return file
}

function sameQualities(a: readonly Rung[], b: readonly Rung[]): boolean {
  return a.length === b.length && a.every(({ quality }, i) => quality === b[i]!.quality)
}
