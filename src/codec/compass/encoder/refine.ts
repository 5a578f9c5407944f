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

export interface Descent {
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
 * rounded latents, moves the latents before rounding towards the vertex of the parabola that it stands for, and rounds
 * anew by rate and distortion. The cheapest of all attempts is kept, so that more steps never cost more.
 */
export async function descend(descent: Descent): Promise<{ coded: CodedStrip; cost: number }> {
  const { picture, cost, latents, attempt, steps } = descent
  const priced = async (coded: CodedStrip) => ({
    coded,
    cost: await cost.of(picture, coded.latents, coded.bits),
  })
  let last = await priced(descent.first)
  let best = last
  const values = latents.slice()
  for (let step = 0, part = FIRST_STEP; step < steps; step++, part *= DECAY) {
    const { gradient, curvature } = await cost.derivative(picture, last.coded.latents)
    const decoded = last.coded.latents.values
    for (let i = 0; i < values.length; i++) {
      const bend = curvature[i % curvature.length] as number
      const vertex = (decoded[i] as number) / MEAN_STEPS - (gradient[i] as number) / bend
      values[i] = (values[i] as number) + part * (vertex - (values[i] as number))
    }
    last = await priced(await attempt(values, curvature))
    if (last.cost < best.cost) best = last
  }
  return best
}
