/**
 * `strata bench exactness`: random pictures decoded by two runtimes must give equal symbols and pixels.
 * @module
 */

import type { Rung } from '../../format/ladder.ts'
import type { Runtime } from '../../runtime/types.ts'
import { type EncodeCase, encodeCase } from '../pictures/encode-case.ts'
import { PICTURES } from '../pictures/formula.ts'
import { randomOf } from '../random.ts'
import { type Decoded, decodeCase, disagreement } from './decoded.ts'

const MAX_SIDE = 220
const MAX_LAYERS = 8
/** Scale factors between two layers: with exact phases, with phases of 1/16 pixel, and 1 for a pure quality layer. */
const FACTORS: readonly number[] = [1, 1.5, 4 / 3, 2, 2.0047, 3, 4, 1.07]

/** A picture and a ladder that depend only on the seed: any kind, odd sizes down to one pixel, 1 to 8 layers. */
export function exactnessCase(seed: number): EncodeCase {
  const { unit: random, pick } = randomOf(seed)
  const side = () => 1 + Math.floor(MAX_SIDE * random() ** pick([1, 1, 3]))
  const draw = pick(Object.values(PICTURES))
  const image = draw(side(), side(), seed % 1000)
  return { image, ladder: randomLadder(image.width, random, pick) }
}

/** Rungs from the top down, so that the top can have the picture's own width. */
function randomLadder(
  sourceWidth: number,
  random: () => number,
  pick: <T>(items: readonly T[]) => T,
): Rung[] {
  const quality = () => 1 + Math.floor(100 * random())
  let width = random() < 0.8 ? sourceWidth : 1 + Math.floor(random() * sourceWidth)
  const rungs: Rung[] = [{ width, quality: quality() }]
  for (let left = Math.floor(MAX_LAYERS * random()); left > 0; left--) {
    const [above] = rungs as [Rung]
    width = Math.max(1, Math.round(above.width / pick(FACTORS)))
    if (width < above.width) rungs.unshift({ width, quality: quality() })
    else if (above.quality > 1)
      rungs.unshift({ width, quality: Math.ceil((above.quality - 1) * random()) || 1 })
  }
  return rungs
}

export interface ExactnessReport {
  /** Pictures and layers compared. */
  readonly pictures: number
  readonly layers: number
  /** Number of compared samples, and of those that differ within the tolerance. */
  readonly samples: number
  readonly unequalSamples: number
  /** The first file on which the decoders disagree. */
  readonly failure?: { readonly seed: number; readonly differs: string }
}

/** Encodes `count` pictures and decodes each with both runtimes; ends at the first difference. */
export async function runExactness(options: {
  readonly count: number
  readonly seed: number
  readonly native: Runtime
  readonly wasm: Runtime
  readonly progress?: (done: number) => void
}): Promise<ExactnessReport> {
  const { count, seed: first, native, wasm } = options
  const sums = { pictures: 0, layers: 0, samples: 0, unequalSamples: 0 }
  for (let seed = first; seed < first + count; seed++) {
    const file = await encodeCase(exactnessCase(seed), { encoder: native, decoder: wasm })
    const a = await decodeCase(file, wasm)
    let pixels: Decoded['pixels'] = new Uint8Array()
    const differs = await disagreement(a, async () => {
      const b = await decodeCase(file, native)
      pixels = b.pixels
      return b
    })
    if (differs) return { ...sums, failure: { seed, differs } }
    sums.pictures++
    sums.layers += a.symbols.length
    sums.samples += a.pixels.length
    for (let i = 0; i < a.pixels.length; i++) if (a.pixels[i] !== pixels[i]) sums.unequalSamples++
    options.progress?.(sums.pictures)
  }
  return sums
}
