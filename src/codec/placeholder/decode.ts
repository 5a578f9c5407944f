import { invalidParam } from '../../core/errors.ts'
import { type RgbImage, rgbImage } from '../../core/image.ts'
import { PLACEHOLDER_STEP_BYTES } from '../../format/describe.ts'
import { transpose } from './matrix.ts'
import { BITS, ITERATIONS_PER_STEP, type PlaceholderModel, SIDE } from './model.ts'
import { addCodeword, advance, firstState, gatesOf } from './network.ts'
import { PlaneTransform } from './plane-transform.ts'

/**
 * Decodes a code to a 32x32 picture, to be stretched to the aspect ratio of its source. Any bits and any number of whole
 * steps can be decoded; more steps give a better picture. The same code gives the same pixels in every JavaScript engine.
 *
 * @param code 16 bytes per step; the first bit of a byte is its highest
 * @throws StrataError PARAM_INVALID when the length is not a multiple of 16 from 16 to 16 x the model's steps
 */
export function decodePlaceholder(model: PlaceholderModel, code: Uint8Array): RgbImage {
  const steps = code.length / PLACEHOLDER_STEP_BYTES
  if (!Number.isInteger(steps) || steps < 1 || steps > model.steps) {
    const expected = `${PLACEHOLDER_STEP_BYTES} bytes for each of 1 to ${model.steps} steps`
    throw invalidParam('placeholder', expected, code.length)
  }
  let state = firstState(model)
  let shown = new Float64Array(0)
  for (let i = 0; i < steps * ITERATIONS_PER_STEP; i++) {
    const x = new Float64Array(state.c.length)
    for (let bit = 0; bit < BITS; bit++) addCodeword(model, i, bit, signOf(code, i * BITS + bit), x)
    const after = advance(model, state, gatesOf(model, state, i), x)
    state = after.state
    shown = after.shown as Float64Array<ArrayBuffer>
  }
  return toImage(model, shown)
}

function signOf(code: Uint8Array, index: number): number {
  return (code[index >> 3]! >> (7 - (index & 7))) & 1 ? 1 : -1
}

function toImage(model: PlaceholderModel, shown: Float64Array): RgbImage {
  const { lapped, colour, mean } = model.tables
  // The transform is orthonormal, so its inverse is its transpose.
  const back = transpose(lapped, SIDE)
  const planes = new PlaneTransform(model.product, model.places, back, back).run(
    shown.map((value, i) => value + mean[i]!),
  )
  const pixels = SIDE * SIDE
  const data = new Uint8Array(3 * pixels)
  for (let i = 0; i < pixels; i++) {
    for (let j = 0; j < 3; j++) {
      let sum = 0.5
      for (let plane = 0; plane < 3; plane++) sum += colour[3 * plane + j]! * planes[plane * pixels + i]!
      data[3 * i + j] = Math.max(0, Math.min(255, Math.floor(sum * 255 + 0.5)))
    }
  }
  return rgbImage(SIDE, SIDE, data)
}
