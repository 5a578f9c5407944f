import { decodeLayer } from '../../codec/compass/decoder/decode.ts'
import { throwIfAborted } from '../../core/abort.ts'
import type { RgbImage } from '../../core/image.ts'
import { layerHeight } from '../../format/ladder.ts'
import { SOURCE_HASH_BYTES } from '../../format/layout.ts'
import { defaultQuality } from '../../format/quality.ts'
import { readHeader } from '../../format/reader.ts'
import type { EncodePicture } from '../encode-picture.ts'
import { type DecodedPicture, resizeLanczos } from '../ingest/ingest.ts'
import { resizePixels } from '../pixels.ts'
import { createRuntime } from '../runtimes.ts'
import { encodeLossless, encodeNearLossless, fits, LOSSY, type LossyCoding, ROUGH_EFFORT } from './encode.ts'
import type { Look } from './look.ts'
import { montage } from './montage.ts'
import { createScorer, type Scorer } from './score.ts'
import { atScore, bestOf, settingFor, trySettings } from './search.ts'
import { underfilled } from './underfill.ts'

/** Ways to code a layer as a picture. */
export type Way = LossyCoding | 'lossless' | 'near-lossless'

/** What the tiles of a picture took at one width, at the score that was wanted. */
export interface WidthTrial {
  readonly width: number
  /** Bytes by way; Infinity where it cannot be taken. */
  readonly bytes: Readonly<Record<Way, number>>
  /** Settings of the lossy encoders that gave that score, of AVIF with little effort. */
  readonly settings: Readonly<Record<LossyCoding, number>>
  /** Bytes of COMPASS; undefined where it was not tried. */
  readonly compass: number | undefined
}

interface TrialOptions {
  /** SSIMULACRA2 at which bytes are compared. */
  readonly target: number
  /** Tried as well, unless undefined. */
  readonly compass: EncodePicture | undefined
  readonly signal?: AbortSignal | undefined
}

/** Of nearly lossless WebP: text keeps a score near 90. */
const NEAR_SETTING = 20

/** Encodes of one lossy encoder at one width. */
const TRIES = 3

/** Points of SSIMULACRA2 around the target from which a try tells what the target needs. */
const NEAR = [2, 2] as const

/** What is kept takes this much of the bytes of a rough AVIF with the same score: drawings' mean. */
const ROUGH_SHARE: Readonly<Record<LossyCoding, number>> = { webp: 1, avif: 0.84 }

/** What a trial with COMPASS decides about. */
type Undecided = Exclude<Look, 'drawing'>

/**
 * How many of the pictures' bytes COMPASS may take and still be chosen. What looks like a photograph may take more: it gains
 * by layers that build on each other, and an AVIF of it is larger than ROUGH_SHARE says (.9 of a rough one).
 */
const MOST_OF_OTHERS: Readonly<Record<Undecided, number>> = {
  photograph: Number.POSITIVE_INFINITY,
  photographic: 1.6,
  unsure: 1,
}

/** Compares codings on the tiles of a picture at its own width and at half of it. */
export async function tryCodings(picture: DecodedPicture, options: TrialOptions): Promise<WidthTrial[]> {
  const { width, height } = picture
  const half = Math.max(1, Math.round(width / 2))
  const trials: WidthTrial[] = []
  for (const wanted of new Set([width, half])) {
    throwIfAborted(options.signal)
    const size = { width: wanted, height: layerHeight(wanted, width, height) }
    const tiles = montage(await resizePixels(picture, size))
    const scorer = createScorer(tiles)
    if (scorer) trials.push(await tryWidth(wanted, tiles, scorer, size, options))
  }
  return trials
}

/** Whether COMPASS is the right coding, by a trial that measured it. */
export function isForCompass(look: Undecided, trials: readonly WidthTrial[]): boolean {
  const [own, others] = [
    sum(trials.map(({ compass }) => compass ?? Number.POSITIVE_INFINITY)),
    sum(trials.map(({ bytes }) => Math.min(...Object.values(bytes)))),
  ]
  return trials.length > 0 && own <= MOST_OF_OTHERS[look] * others
}

async function tryWidth(
  width: number,
  tiles: DecodedPicture,
  scorer: Scorer,
  size: { width: number; height: number },
  { target, compass }: TrialOptions,
): Promise<WidthTrial> {
  const bytes: Record<Way, number> = {
    webp: Number.POSITIVE_INFINITY,
    avif: Number.POSITIVE_INFINITY,
    lossless: (await encodeLossless(tiles)).file.length,
    'near-lossless': fits(size, 'webp')
      ? (await encodeNearLossless(tiles, NEAR_SETTING)).length
      : Number.POSITIVE_INFINITY,
  }
  const settings = { webp: 75, avif: 50 }
  const filled = underfilled(tiles)
  for (const coding of LOSSY) {
    if (!fits(size, coding)) continue
    const options = { target, tries: TRIES, effort: ROUGH_EFFORT, close: NEAR }
    const tries = await trySettings(filled, coding, scorer, options)
    const { file, score } = bestOf(tries, target)
    settings[coding] = Math.round(settingFor(tries, target))
    if (score > target - 5) bytes[coding] = ROUGH_SHARE[coding] * atScore(file.length, score, target)
  }
  return { width, bytes, settings, compass: compass && (await tryCompass(tiles, scorer, target, compass)) }
}

async function tryCompass(
  tiles: DecodedPicture,
  scorer: Scorer,
  target: number,
  encode: EncodePicture,
): Promise<number> {
  const { width } = tiles
  const file = await encode(tiles as RgbImage, {
    ladder: [{ width, quality: defaultQuality(1) }],
    sha256: new Uint8Array(SOURCE_HASH_BYTES),
    resize: resizeLanczos,
    placeholder: new Uint8Array(0),
  })
  const { data } = await decodeLayer(file, { runtime: await createRuntime('wasm'), layer: 0 })
  const { start, end } = readHeader(file).layers[0]!
  return atScore(end - start, scorer.score({ ...tiles, channels: 3, data }), target)
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
