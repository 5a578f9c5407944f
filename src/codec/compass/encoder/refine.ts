import type { StripLatents } from '../latents/passes.ts'
import { MEAN_STEPS } from '../shared/samples.ts'
import type { StripCost, StripPicture } from './strip-cost.ts'

/** Part of the way to the parabola's vertex that the first step goes, and what is left of it after each step. */
const FIRST_STEP = 0.7
const DECAY = 0.93

/** A way to code a strip: symbols with their tables, pass by pass, and what the decoder will make of them. */
export interface CodedStrip {
  readonly side: Int16Array
  readonly passes: readonly { readonly indexes: Uint8Array; readonly symbols: Int16Array }[]
  readonly latents: StripLatents
  readonly bits: number
}

interface Descent {
  readonly picture: StripPicture
  readonly cost: StripCost
  /** Latents before rounding, [row][column][channel] in coded units. */
  readonly latents: Float32Array
  readonly first: CodedStrip
  /** Codes latents, rounding each to what is cheapest when an error e costs curvature / 2 * e^2, by channel. */
  readonly attempt: (latents: Float32Array, curvature: Float64Array) => Promise<CodedStrip>
  readonly steps: number
}

/**
 * Refines one strip's latents against the frozen decoder. Each step takes the derivative of lambda * squared error at the
 * cheapest attempt so far, moves its latents before rounding towards the vertex of the parabola that the derivative stands
 * for, and rounds anew by rate and distortion. A step that costs more is taken back and halved, so more steps never cost more.
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

/** Latents moved by `part` of the way to where a parabola with this derivative at the decoded latents has its vertex. */
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
