import { SMALLEST_SIDE, Ssimulacra2 } from '../../pixels/ssimulacra2.ts'
import type { DecodedPicture } from '../ingest/ingest.ts'
import type { Matte } from '../ingest/matte.ts'
import { flattened } from '../pixels.ts'
import { montage } from './montage.ts'

const WHITE: Matte = { r: 255, g: 255, b: 255 }
const BLACK: Matte = { r: 0, g: 0, b: 0 }

/**
 * Pictures of at most so many pixels are scored as a whole, larger ones by their tiles, which takes a fraction of the time.
 * Where flat areas and fine patterns mix, tiles can be 20 points off.
 */
export const WHOLE_PIXELS = 1.2e6

/** SSIMULACRA2 of several pictures against one. */
export interface Scorer {
  /** That of the picture on white, or on black where it is worse there. @param distorted of the same size */
  score(distorted: DecodedPicture): number
}

/** Undefined for a picture that is too small for a score. */
export function createScorer(picture: DecodedPicture): Scorer | undefined {
  const part = (whole: DecodedPicture) =>
    whole.width * whole.height <= WHOLE_PIXELS ? whole : montage(whole)
  const reference = part(picture)
  if (Math.min(reference.width, reference.height) < SMALLEST_SIDE) return undefined
  const mattes = picture.channels === 4 ? [WHITE, BLACK] : [WHITE]
  const judges = mattes.map((matte) => ({ matte, judge: new Ssimulacra2(flattened(reference, matte)) }))
  return {
    score(distorted) {
      const cut = part(distorted)
      return Math.min(...judges.map(({ matte, judge }) => judge.score(flattened(cut, matte))))
    },
  }
}
