import { Band, type BandOptions } from './band.ts'
import { Haar, InverseHaar } from './haar.ts'
import type { Coupling, IrnModel } from './model.ts'
import type { Stage } from './stage.ts'

/** Channels of the low part. */
const COLOURS = 3

interface Place {
  /** Pixels of a row. */
  readonly width: number
  /** Channels of the high part. */
  readonly high: number
}

/**
 * Makes the forward direction of the network (eq. (2) and (3) of the paper) as a chain of stages in front of `next`. Its
 * input is rows of the large picture, 3 channels in the model's units; its output is rows of low and z, 3 * factor^2
 * channels per pixel.
 *
 * @param width of the large picture in pixels, a multiple of the factor
 */
export function forwardStages(model: IrnModel, width: number, next: Stage): Stage {
  let stage = next
  for (const [depth, { high, couplings }] of [...model.levels().entries()].reverse()) {
    const place = { width: width / 2 ** (depth + 1), high }
    for (const coupling of couplings.toReversed()) {
      stage = shift(coupling, place, 1, affine(model, coupling, place, false, stage))
    }
    stage = new Haar(COLOURS * 4 ** depth, stage)
  }
  return stage
}

/** Makes the inverse direction, from rows of low and z to rows of the large picture, as `forwardStages` describes them. */
export function inverseStages(model: IrnModel, width: number, next: Stage): Stage {
  let stage = next
  for (const [depth, { high, couplings }] of model.levels().entries()) {
    const place = { width: width / 2 ** (depth + 1), high }
    stage = new InverseHaar(COLOURS * 4 ** depth, stage)
    for (const coupling of couplings) {
      stage = affine(model, coupling, place, true, shift(coupling, place, -1, stage))
    }
  }
  return stage
}

/** Makes the stage low += sign * shift(high). */
function shift({ shift: network, steps }: Coupling, place: Place, sign: 1 | -1, next: Stage): Stage {
  const channels = COLOURS + place.high
  const unit = sign / steps.shift
  const apply: BandOptions['apply'] = (row, outputs, pixel) => {
    const values = outputs.shift!
    for (let at = 0, i = COLOURS * pixel; at < row.length; at += channels, i += COLOURS) {
      for (let c = 0; c < COLOURS; c++) row[at + c]! += unit * values[i + c]!
    }
  }
  const seen = { input: 'high', steps: steps.high, from: COLOURS, to: channels }
  return new Band({ ...place, channels, network, ...seen, apply }, next)
}

/** Makes the stage high = high * factor(low) + offset(low), or its inverse. */
function affine(model: IrnModel, coupling: Coupling, place: Place, inverse: boolean, next: Stage): Stage {
  const { high } = place
  const channels = COLOURS + high
  const unit = 1 / coupling.steps.offset
  const factors = inverse ? model.couplingFactors.inverse : model.couplingFactors.forward
  const apply: BandOptions['apply'] = (row, outputs, pixel) => {
    const [logarithm, offset] = [outputs.factor!, outputs.offset!]
    for (let at = COLOURS, i = high * pixel; at < row.length; at += channels, i += high) {
      for (let c = 0; c < high; c++) {
        const [value, factor, shifted] = [
          row[at + c]!,
          factors[logarithm[i + c]! + 32768]!,
          unit * offset[i + c]!,
        ]
        row[at + c] = inverse ? (value - shifted) * factor : value * factor + shifted
      }
    }
  }
  const seen = { input: 'low', steps: coupling.steps.low, from: 0, to: COLOURS }
  return new Band({ ...place, channels, network: coupling.affine, ...seen, apply }, next)
}
