import type { DecodedPicture } from '../ingest/ingest.ts'
import { montage } from './montage.ts'

/** What a picture is by its statistics: `photographic` is near a photograph, as one with much sky or a white ground. */
export type Look = 'photograph' | 'photographic' | 'unsure' | 'drawing'

/** What was counted in the tiles of a picture. */
interface Statistics {
  /** Colours, divided by the pixels. */
  readonly colours: number
  /** Share of pixels that are equal to their right and their lower neighbour. */
  readonly flat: number
  /** Share of the other pixels that are equal to one of the two: a straight edge, up or across. */
  readonly straight: number
}

/**
 * Says by a cheap look what a picture is. Camera noise is everywhere in a photograph, so that neighbours are seldom equal;
 * a drawing has areas and straight edges without it. Where it is neither plainly, a trial has to decide.
 */
export function look(picture: DecodedPicture): Look {
  // A line of pixels shows nothing of areas and edges.
  if (Math.min(picture.width, picture.height) < 2) return 'unsure'
  const { colours, flat, straight } = statistics(picture)
  if (flat > 0.6 && colours < 0.05) return 'drawing'
  if (flat < 0.04 && straight < 0.16 && colours > 0.1) return 'photograph'
  return flat < 0.45 && colours > 0.04 ? 'photographic' : 'unsure'
}

/** Distinct colours per pixel: drawings at half of their width have .05 at most, nine of ten photographs more, cut out too. */
const DRAWN_COLOURS = 0.06

/** Whether a picture has so few colours as drawings have, even after they were resized. */
export function hasFewColours(picture: DecodedPicture): boolean {
  return statistics(picture).colours <= DRAWN_COLOURS
}

function statistics(picture: DecodedPicture): Statistics {
  const { width, height, channels, data } = montage(picture)
  const colours = new Set<number>()
  let [flat, straight, pixels] = [0, 0, 0]
  const colour = (at: number) => (data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!
  for (let y = 0; y + 1 < height; y++) {
    for (let x = 0; x + 1 < width; x++) {
      const at = channels * (y * width + x)
      const here = colour(at)
      const [right, below] = [colour(at + channels) === here, colour(at + channels * width) === here]
      colours.add(here)
      pixels++
      if (right && below) flat++
      else if (right || below) straight++
    }
  }
  return {
    colours: colours.size / pixels,
    flat: flat / pixels,
    straight: straight / Math.max(1, pixels - flat),
  }
}
