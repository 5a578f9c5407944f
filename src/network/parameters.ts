import { paddedChannels } from './field.ts'
import { biasOf, type Convolution, scaleOf, type TensorShape, weightsOf } from './program.ts'

/** Parameters of a convolution in the order in which the kernels in wasm/network read them. */
interface Parameters {
  readonly weights: Int16Array
  readonly bias: Int32Array
  readonly scale: Float32Array
}

/** Output channels of a block. The last block has 4 when those suffice. */
const BLOCK = 8
const VECTOR = 4

export function packParameters(
  op: Convolution,
  inputs: readonly TensorShape[],
  blob: Uint8Array,
): Parameters {
  const weights = weightsOf(op, inputs, blob)
  const channels = inputs.map((input) => input.channels)
  const outputs = paddedChannels(op.outChannels)
  const bias = new Int32Array(outputs)
  const scale = new Float32Array(outputs)
  bias.set(biasOf(op, blob))
  scale.set(scaleOf(op, blob))
  return {
    weights: op.depthwise ? packDepthwise(op, weights) : packDense(op, channels, weights),
    bias,
    scale,
  }
}

/** Packs as [blocks][kernel rows][inputs][pairs of values in a row of the kernel][outputs of the block][2]. */
function packDense(
  { kernel, outChannels }: Convolution,
  channels: readonly number[],
  weights: Int16Array,
): Int16Array {
  const perTap = channels.reduce((sum, count) => sum + count, 0)
  const padded = channels.map(paddedChannels)
  const packedTap = padded.reduce((sum, count) => sum + count, 0)
  const packed = new Int16Array(paddedChannels(outChannels) * kernel * kernel * packedTap)
  let at = 0
  for (let block = 0; block < outChannels; block += BLOCK) {
    const outputs = outChannels - block > VECTOR ? BLOCK : VECTOR
    for (let row = 0; row < kernel; row++) {
      let first = 0
      channels.forEach((count, input) => {
        const width = padded[input]!
        for (let value = 0; value < kernel * width; value += 2, at += 2 * outputs) {
          const channel = value % width
          const tap = row * kernel + Math.floor(value / width)
          for (let i = 0; i < 2 * outputs; i++) {
            const output = block + (i >> 1)
            const within = channel + (i & 1)
            if (output >= outChannels || within >= count) continue
            packed[at + i] = weights[(output * kernel * kernel + tap) * perTap + first + within]!
          }
        }
        first += count
      })
    }
  }
  return packed
}

/** Index of each of the 3 x 3 taps in the packed [5 pairs][4 channels][2], for channel 0. */
const TAP_PLACES = [0, 8, 16, 1, 9, 17, 24, 25, 33]
const CENTRE = 4

/** Packs as [vectors of 4 channels][5 pairs of taps][4][2]. */
function packDepthwise({ kernel, outChannels }: Convolution, weights: Int16Array): Int16Array {
  // checkProgram ensures that all inputs but the last are whole vectors, so vectors never straddle two inputs.
  const packed = new Int16Array(paddedChannels(outChannels) * 10)
  for (let channel = 0; channel < outChannels; channel++) {
    const at = Math.floor(channel / VECTOR) * VECTOR * 10 + 2 * (channel % VECTOR)
    for (let tap = 0; tap < kernel * kernel; tap++) {
      const place = TAP_PLACES[kernel === 3 ? tap : CENTRE]!
      packed[at + place] = weights[tap * outChannels + channel]!
    }
  }
  return packed
}
