import { instantiateKernels, type Kernels } from '../core/kernels.ts'
import { type CreateResampler, type ResampleOptions, type Resampler, streamRows } from './resample.ts'
import { type ResampleWeights, resampleWeights } from './resample-weights.ts'

/** Fractional bits of a weight that its low part holds: wasm/resample.ts. */
const LOW_BITS = 11
/** Bytes behind an array that kernels may read and write, up to the end of a vector. */
const OVERRUN = 16

/**
 * The passes in WebAssembly, over build/kernels.wasm; the output equals that of createResampler. All resamplers share
 * one instance and use it in turn. State between rows is kept in each resampler, so an abandoned one leaves nothing in
 * the instance.
 */
export function createWasmResampler(module: WebAssembly.Module): CreateResampler {
  const kernels = instantiateKernels(module)
  const turn: Turn = { holder: undefined }
  return (options) => resampler(kernels, turn, options)
}

/** The resampler whose weights and rows are in the instance: the last one that worked. */
interface Turn {
  holder: symbol | undefined
}

function resampler({ exports, place }: Kernels, turn: Turn, options: ResampleOptions): Resampler {
  const { width, height, outWidth, outHeight, filter = 'lanczos3', channels = 3 } = options
  const across = resampleWeights(width, outWidth, filter)
  const down = resampleWeights(height, outHeight, filter)
  const acrossPairs = pairWeights(across)
  const downPairs = pairWeights(down)
  const slots = down.taps
  const outBytes = channels * outWidth
  const pitch = 16 * Math.ceil((outBytes + 1) / 16)
  const ring = new Uint8Array(slots * pitch)
  const sizes = [
    ...[4 * outWidth, acrossPairs.bytes.length, downPairs.bytes.length, ring.length],
    ...[channels * width + OVERRUN, 16 * (width + 2 * acrossPairs.pairs + 3), pitch],
  ]
  const self = Symbol()
  let pointers = [0, 0, 0, 0, 0, 0, 0] as Pointers

  function takeTurn(): Uint8Array {
    if (turn.holder === self) return new Uint8Array(exports.memory.buffer)
    pointers = place(sizes) as Pointers
    const memory = new Uint8Array(exports.memory.buffer)
    const { first } = across
    memory.set(new Uint8Array(first.buffer, first.byteOffset, first.byteLength), pointers[0])
    memory.set(acrossPairs.bytes, pointers[1])
    memory.set(downPairs.bytes, pointers[2])
    memory.set(ring, pointers[3])
    turn.holder = self
    return memory
  }

  return streamRows(options, down, {
    across(pixels, from, row) {
      const memory = takeTurn()
      const [firstAt, weights, , ringAt, pixelsAt, spread] = pointers
      const slot = (row % slots) * pitch
      memory.set(pixels.subarray(from, from + channels * width), pixelsAt)
      const sizesAcross = [acrossPairs.pairs, outWidth] as const
      const inputs = [channels, pixelsAt, width, spread, firstAt, weights] as const
      exports.resampleAcross(...inputs, ...sizesAcross, ringAt + slot)
      ring.set(memory.subarray(ringAt + slot, ringAt + slot + outBytes), slot)
    },
    down(row, out, at) {
      const memory = takeTurn()
      const [, , weights, ringAt, , , outAt] = pointers
      const { pairs } = downPairs
      const slot = down.first[row]! % slots
      exports.resampleDown(ringAt, pitch, slots, slot, weights + PAIR_BYTES * pairs * row, pairs, outAt)
      out.set(memory.subarray(outAt, outAt + outBytes), at)
    },
  })
}

type Pointers = [
  ...[first: number, across: number, down: number, ring: number],
  ...[pixels: number, spread: number, out: number],
]

/** Two taps: both high parts, then both low parts, i16 each. */
const PAIR_BYTES = 8

/** The weights in the layout of wasm/resample.ts. Output samples with fewer taps than others get taps of weight 0. */
function pairWeights({ taps, count, weights }: ResampleWeights): { pairs: number; bytes: Uint8Array } {
  const pairs = Math.ceil(count.reduce((most, n) => Math.max(most, n), 0) / 2)
  const parts = new Int16Array(4 * pairs * count.length)
  for (let i = 0; i < count.length; i++) {
    for (let tap = 0; tap < count[i]!; tap++) {
      const at = 4 * (i * pairs + (tap >> 1)) + (tap & 1)
      const weight = weights[i * taps + tap]!
      parts[at] = weight >> LOW_BITS
      parts[at + 2] = weight & ((1 << LOW_BITS) - 1)
    }
  }
  return { pairs, bytes: new Uint8Array(parts.buffer) }
}
