import { StrataError } from '../../../core/errors.ts'

/** One layer of the MLP that generates LIFF's filters; `weights` [outputs][inputs] and `bias` are f32 in the blob. */
export interface FilterLayer {
  readonly inputs: number
  readonly outputs: number
  readonly weights: number
  readonly bias: number
}

/** Slope of the LeakyReLU between the layers. */
const SLOPE = 0.1

/**
 * Generates filters for each row of tokens; COMPASS, eq. (13)-(15). It uses only sums and products of doubles, so that
 * every JavaScript engine computes the same bits.
 *
 * @param tokens [count][inputs of the first layer]
 * @returns [count][outputs of the last layer]
 * @throws StrataError MODEL_INVALID when a layer reaches beyond the blob
 */
export function generateFilters(
  layers: readonly FilterLayer[],
  blob: Uint8Array,
  tokens: Float64Array,
  count: number,
): Float64Array {
  let values = tokens
  for (const [index, layer] of layers.entries()) {
    const weights = floats(blob, layer.weights, layer.inputs * layer.outputs)
    const bias = floats(blob, layer.bias, layer.outputs)
    const next = new Float64Array(count * layer.outputs)
    for (let row = 0; row < count; row++) {
      for (let o = 0; o < layer.outputs; o++) {
        let sum = bias[o] as number
        for (let i = 0; i < layer.inputs; i++) {
          sum += (weights[o * layer.inputs + i] as number) * (values[row * layer.inputs + i] as number)
        }
        next[row * layer.outputs + o] = index < layers.length - 1 && sum < 0 ? sum * SLOPE : sum
      }
    }
    values = next
  }
  return values
}

function floats(blob: Uint8Array, offset: number, count: number): Float32Array {
  if (!(offset >= 0 && offset + 4 * count <= blob.length)) {
    throw new StrataError('MODEL_INVALID', `filters: ${count} numbers at ${offset} of ${blob.length} bytes`)
  }
  return new Float32Array(Uint8Array.from(blob.subarray(offset, offset + 4 * count)).buffer)
}

/**
 * Logarithm to base 2 of a number in [1/65536, 65536], computed bit by bit. The last bit of Math.log2 may differ between
 * JavaScript engines; products and comparisons do not.
 */
export function exactLog2(value: number): number {
  let [mantissa, result] = [value, 0]
  for (; mantissa >= 2; mantissa /= 2) result += 1
  for (; mantissa < 1; mantissa *= 2) result -= 1
  for (let digit = 0.5; digit > 2 ** -30; digit /= 2) {
    mantissa *= mantissa
    if (mantissa >= 2) {
      mantissa /= 2
      result += digit
    }
  }
  return result
}

/** e to the power of a number in [-64, 64], by halving and a series; the same bits in every engine, like exactLog2. */
export function exactExp(value: number): number {
  const x = value / 128
  let [term, sum] = [1, 1]
  for (let n = 1; n <= 16; n++) {
    term *= x / n
    sum += term
  }
  for (let i = 0; i < 7; i++) sum *= sum
  return sum
}
