import type { StripLatents } from '../latents/passes.ts'
import { MEAN_STEPS } from '../shared/samples.ts'
import type { StripCost, StripPicture } from './strip-cost.ts'

/** Length of the first step relative to the distance to the parabola's vertex, and its factor after each success. */
const FIRST_STEP = 0.7
const DECAY = 0.93

/** A coded strip: symbols and scale indexes, pass by pass, and the latents that the decoder will have. */
export interface CodedStrip {
  readonly hyperSymbols: Int16Array
  readonly passes: readonly { readonly scaleIndexes: Uint8Array; readonly symbols: Int16Array }[]
  readonly latents: StripLatents
  readonly bits: number
}

interface Descent {
  readonly picture: StripPicture
  readonly cost: StripCost
  /** Latents before rounding, [row][column][channel] in coded units. */
  readonly latents: Float32Array
  readonly first: CodedStrip
  /** Codes latents and rounds each to the cheapest integer. An error e costs curvature / 2 * e^2, by channel. */
  readonly attempt: (latents: Float32Array, curvature: Float64Array) => Promise<CodedStrip>
  readonly steps: number
}

/**
 * Refines one strip's latents against the fixed decoder. Each step takes the derivative of lambda * squared error at the
 * cheapest attempt so far, moves the unrounded latents towards the vertex of the parabola with this derivative, and rounds
 * again by rate and distortion. A step that raises the cost is undone and halved, so more steps never raise the cost.
 */
export async function descend(descent: Descent): Promise<{ coded: CodedStrip; cost: number }> {
  const { picture, cost, latents, attempt, steps } = descent
  const priced = async (coded: CodedStrip) => ({
    coded,
    cost: await cost.of(picture, coded.latents, coded.bits),
  })
  let best = await priced(descent.first)
  let values = latents
  let derivative = steps > 0 ? await cost.derivative(picture, best.coded.latents) : undefined
  for (let step = 0, part = FIRST_STEP; derivative && step < steps; step++) {
    const moved = towardsVertex(values, best.coded.latents, derivative, part)
    const tried = await priced(await attempt(moved, derivative.curvature))
    if (tried.cost < best.cost) {
      best = tried
      values = moved
      part *= DECAY
      derivative = await cost.derivative(picture, best.coded.latents)
    } else {
      part /= 2
    }
  }
  return best
}

/** Moves latents by `part` of the way to the vertex of the parabola with this derivative at the decoded latents. */
function towardsVertex(
  values: Float32Array,
  { values: decoded }: StripLatents,
  { gradient, curvature }: { readonly gradient: Float32Array; readonly curvature: Float64Array },
  part: number,
): Float32Array {
  return values.map((value, i) => {
    const bend = curvature[i % curvature.length] as number
    const vertex = (decoded[i] as number) / MEAN_STEPS - (gradient[i] as number) / bend
    return value + part * (vertex - value)
  })
}
