import type { DecodedPicture } from '../ingest/ingest.ts'
import { decodeFile } from '../pixels.ts'
import { type CodedPicture, encodeLossy, fits, type LossyCoding } from './encode.ts'
import { createScorer } from './score.ts'
import { underfilled } from './underfill.ts'

/** The highest setting that is tried: what takes more bytes than a JPEG at a higher one has no use. */
const MOST_SETTING = 63

/**
 * The layer in no more bytes than the original, whose own losses would be kept at a high price: at the highest setting of
 * a lossy encoder that is small enough. The layer as it is where none is, or where it is too small for a score.
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
  const filled = underfilled(picture)
  let file: Uint8Array | undefined
  let [below, above] = [0, MOST_SETTING + 1]
  while (above - below > 1) {
    const setting = (below + above) >> 1
    const made = await encodeLossy(filled, coding, setting)
    if (made.length <= bytes) [below, file] = [setting, made]
    else above = setting
  }
  if (file === undefined) return layer
  return { coding, file, lossless: false, score: scorer.score(await decodeFile(file)) }
}

function lossyCoding({ coding, lossless }: CodedPicture, picture: DecodedPicture): LossyCoding {
  if (coding === 'webp' && !lossless) return 'webp'
  return fits(picture, 'avif') ? 'avif' : 'webp'
}
