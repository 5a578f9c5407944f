import type { DecodedPicture } from '../ingest/ingest.ts'
import { decodeFile } from '../pixels.ts'
import {
  type CodedPicture,
  encodeLossy,
  finalEffort,
  fits,
  type LossyCoding,
  ROUGH_EFFORT,
} from './encode.ts'
import { montage } from './montage.ts'
import { createScorer, WHOLE_PIXELS } from './score.ts'

/** The highest setting that is tried: what takes more bytes than a JPEG at a higher one has no use. */
const MOST_SETTING = 63

/** Most encodes of the layer: mostly the first fits, else the second, as the first shows what share of a cheap one they take. */
const TRIES = 4

/** A file of so much of the bytes that it may take is not made again with a higher setting. */
const FULL = 0.93

/** Part of what is allowed that a second encode aims at. */
const AIM = 0.98

/** Cheap encodes of a layer, by setting. */
interface Sample {
  /** Bytes of as many pixels as the layer has. */
  bytes(setting: number): Promise<number>
}

/**
 * The layer in no more bytes than the original, whose own losses would be kept at a high price: at about the highest setting
 * of a lossy encoder that is small enough, which cheap encodes tell. The layer as it is where none is, or where it is too small
 * for a score.
 * @param picture opaque, as a JPEG is
 * @param bytes most bytes
 * @param only the only coding that may be taken. @default any
 */
export async function noLargerLayer(
  layer: CodedPicture,
  picture: DecodedPicture,
  bytes: number,
  only?: LossyCoding,
): Promise<CodedPicture> {
  const scorer = layer.file.length <= bytes ? undefined : createScorer(picture)
  if (scorer === undefined) return layer
  const coding = only ?? lossyCoding(layer, picture)
  const sample = sampleOf(picture, coding)
  let [below, above, goal] = [0, MOST_SETTING + 1, bytes]
  let file: Uint8Array | undefined
  for (let tries = 0; tries < TRIES && above - below > 1; tries++) {
    const setting = await highestSetting(sample, goal, below, above)
    const made = await encodeLossy(picture, coding, setting)
    if (made.length <= bytes) [below, file] = [setting, made]
    else above = setting
    if (file !== undefined && (tries > 0 || made.length >= FULL * bytes)) break
    goal = (AIM * bytes * (await sample.bytes(setting))) / made.length
  }
  if (file === undefined) return layer
  return { coding, file, lossless: false, score: scorer.score(await decodeFile(file)) }
}

/** The highest setting between two others of which a cheap encode takes no more than so many bytes; else the lowest. */
async function highestSetting(sample: Sample, bytes: number, low: number, high: number): Promise<number> {
  let [below, above] = [low, high]
  while (above - below > 1) {
    const setting = (below + above) >> 1
    if ((await sample.bytes(setting)) <= bytes) below = setting
    else above = setting
  }
  return Math.max(below, low + 1)
}

/** Of a layer that is scored as a whole all with little effort, of a larger one its tiles with that of the layer. */
function sampleOf(picture: DecodedPicture, coding: LossyCoding): Sample {
  const pixels = picture.width * picture.height
  const isWhole = pixels <= WHOLE_PIXELS
  const part = isWhole ? picture : montage(picture)
  const effort = isWhole ? ROUGH_EFFORT : finalEffort(picture)
  const known = new Map<number, number>()
  return {
    async bytes(setting) {
      const length = known.get(setting) ?? (await encodeLossy(part, coding, setting, effort)).length
      known.set(setting, length)
      return (length * pixels) / (part.width * part.height)
    },
  }
}

function lossyCoding({ coding, lossless }: CodedPicture, picture: DecodedPicture): LossyCoding {
  if (coding === 'webp' && !lossless) return 'webp'
  return fits(picture, 'avif') ? 'avif' : 'webp'
}
