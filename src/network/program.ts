/*
 * A network in integers, as the exporter writes it: a program in JSON and one blob with all its parameters.
 *
 * A tensor is a grid of cells, each with `channels` 16-bit integers. Its grid follows from its `stride`: a program that
 * runs on R x C units has R/stride x C/stride cells there. A tensor is an input, or the `out` of exactly one op, which
 * stands before every op that reads it. Names are a letter and then letters, digits, "_", "-" or ".", 64 at most.
 *
 * The blob is little-endian. `weights`, `bias` and `scale` of a convolution are byte offsets into it, multiples of 4:
 *
 *   weights  i16 [outChannels][kernel rows][kernel columns][channels of in[0], in[1], ...]
 *            depthwise: i16 [kernel rows][kernel columns][channels of in[0], in[1], ...]
 *   bias     i32 [outChannels]
 *   scale    f32 [outChannels], finite
 */

export interface Program {
  readonly inputs: Readonly<Record<string, TensorShape>>
  /** Tensors that a run returns; at least one, none twice. */
  readonly outputs: readonly string[]
  readonly ops: readonly Op[]
}

export interface TensorShape {
  /** 1 to 4096 */
  readonly channels: number
  /** Units per cell and axis: 1, 2, 4, ... 256. */
  readonly stride: number
}

export type Op = Convolution | Shuffle | Unshuffle | Sum

/**
 * Convolution with zeros around the grid, then per output channel o, exactly in this order:
 *
 *   acc = bias[o] + sum of weight * value         32 bits, wraps
 *   y = f32(acc) * scale[o]                       every operation rounds to f32
 *   y = max(y, y * f32(0.1))                      if leaky
 *   r = floor(y), or the nearest integer, ties to the even one
 *   out = min(max(r + add[0] + add[1], low), high)    without overflow
 */
export interface Convolution {
  readonly op: 'conv'
  /** Tensors of one stride. Their channels are concatenated in this order. */
  readonly in: readonly string[]
  readonly out: string
  readonly outChannels: number
  readonly kernel: 1 | 3
  /**
   * Channel o comes from channel o alone, so outChannels is the number of input channels. Every tensor of `in` but the
   * last must have a multiple of 4 channels.
   */
  readonly depthwise?: boolean
  readonly weights: number
  readonly bias: number
  readonly scale: number
  readonly leaky?: boolean
  readonly round: 'floor' | 'nearest'
  /** -32768 <= low <= high <= 32767 */
  readonly low: number
  readonly high: number
  /** At most 2 tensors of the output's shape. */
  readonly add?: readonly string[]
}

/**
 * Depth to space: out[r * f + dy][c * f + dx][ch] = in[r][c][(dy * f + dx) * C + ch], with C output channels. The
 * output's stride is the input's divided by f.
 */
interface Shuffle {
  readonly op: 'shuffle'
  /** One tensor with f * f * C channels. */
  readonly in: readonly [string]
  readonly out: string
  readonly factor: 2 | 4 | 8
}

/** Space to depth, the inverse of `shuffle`: the output has f * f times the channels and f times the stride. */
interface Unshuffle {
  readonly op: 'unshuffle'
  readonly in: readonly [string]
  readonly out: string
  readonly factor: 2 | 4 | 8
}

/** in[0] + in[1], saturated to 16 bits; both have the output's shape. */
interface Sum {
  readonly op: 'sum'
  readonly in: readonly [string, string]
  readonly out: string
}

/** Shapes of all tensors of a program, by name: inputs first, then in the order of the ops. */
export type Shapes = ReadonlyMap<string, TensorShape>

export function channelsOf(shapes: readonly TensorShape[]): number {
  return shapes.reduce((sum, { channels }) => sum + channels, 0)
}

/** Copies the weights of a checked convolution out of the blob, which may start at any byte offset. */
export function weightsOf(op: Convolution, inputs: readonly TensorShape[], blob: Uint8Array): Int16Array {
  const count = op.kernel * op.kernel * channelsOf(inputs) * (op.depthwise ? 1 : op.outChannels)
  return new Int16Array(section(blob, op.weights, 2 * count))
}

export function biasOf(op: Convolution, blob: Uint8Array): Int32Array {
  return new Int32Array(section(blob, op.bias, 4 * op.outChannels))
}

export function scaleOf(op: Convolution, blob: Uint8Array): Float32Array {
  return new Float32Array(section(blob, op.scale, 4 * op.outChannels))
}

function section(blob: Uint8Array, offset: number, bytes: number): ArrayBuffer {
  return new Uint8Array(blob.subarray(offset, offset + bytes)).buffer
}
